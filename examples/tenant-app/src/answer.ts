import type { ServerResponse } from 'node:http'

/** What a handler answers: a status and a JSON body, or no body at all. */
export interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** Ends a request with an error that its caller may read. Nothing internal goes in here. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, code: string, headers: Readonly<Record<string, string>> = {}) {
    super(code)
    this.status = status
    this.code = code
    this.headers = headers
  }
}

/** The same answer for another tenant's row and for a row that never was: no oracle for ids. */
export function notFound(): Problem {
  return new Problem(404, 'not_found')
}

/** The refusal of an absent, unreadable or unknown token (RFC 6750, section 3). */
export function unauthorized(): Problem {
  return new Problem(401, 'unauthorized', { 'www-authenticate': 'Bearer realm="tenant-app"' })
}

const securityHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/** Writes the answer with the headers that every answer carries. */
export function send(response: ServerResponse, answer: Answer): void {
  const text = answer.body === undefined ? '' : JSON.stringify(answer.body)
  response.writeHead(answer.status, {
    ...securityHeaders,
    ...(text === '' ? {} : { 'content-type': 'application/json; charset=utf-8' }),
    'content-length': Buffer.byteLength(text),
    ...answer.headers,
  })
  response.end(text)
}

/** An error as its caller sees it. */
export function problemAnswer(problem: Problem): Answer {
  const { status, code, headers } = problem
  return { status, body: { error: code }, headers }
}
