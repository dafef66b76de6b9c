import { setTimeout as sleep } from 'node:timers/promises'
import { type Finding, WorldError } from '@bulkhead/vocabulary'
import type { ApiOptions, Patience } from './api-options.ts'

const USUAL: Patience = {
  attempts: 5,
  budget: 90_000,
  wait: async (milliseconds) => {
    await sleep(milliseconds)
  },
  now: Date.now,
}
/** For what is told beside something else: it must not keep that waiting at its end. */
export const BRIEFLY: Patience = { ...USUAL, attempts: 3, budget: 10_000 }
const FIRST_WAIT = 1_000
const TIMEOUT = 30_000
const MOST_REDIRECTS = 3
const REDIRECTS = new Set([301, 302, 307, 308])

/** What a request brings: something new, or the new state of what is there, which may be said twice. */
export interface Sent {
  readonly method: 'POST' | 'PATCH'
  readonly body: unknown
}

/**
 * Asks until there is an answer: 2xx, 404 or 410. Passing faults (no connection, 5xx, 429, GitHub's
 * secondary limits) are tried again, after the time that GitHub names, as far as patience goes.
 * @throws WorldError `github/failed`, `github/rate-limited`, `github/forbidden`
 */
export async function requestPatiently(
  url: URL,
  options: ApiOptions,
  sent?: Sent,
): Promise<Response> {
  const { attempts, budget, wait, now } = options.patience ?? USUAL
  let waited = 0
  let trouble: Trouble = { kind: 'failed', why: 'was not asked' }
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const tried = await tryOnce(url, options, { now, sent })
    if (tried instanceof Response) return tried
    trouble = tried
    if (trouble.kind === 'forbidden') break
    // What was posted may have been taken all the same: only what was turned away is said again.
    if (sent?.method === 'POST' && trouble.kind !== 'rate-limited') break
    const pause = trouble.after ?? FIRST_WAIT * 2 ** (attempt - 1)
    if (attempt === attempts || waited + pause > budget) break
    waited += pause
    await wait(pause)
  }
  throw troubled(url, trouble, sent === undefined ? READING : WRITING)
}

interface Trouble {
  readonly kind: 'failed' | 'rate-limited' | 'forbidden'
  readonly why: string
  /** Milliseconds after which it may be asked again, where GitHub says so. */
  readonly after?: number | undefined
  readonly cause?: unknown
}

async function tryOnce(
  url: URL,
  options: ApiOptions,
  { now, sent }: { readonly now: () => number; readonly sent: Sent | undefined },
): Promise<Response | Trouble> {
  try {
    const response = await (sent === undefined
      ? follow(url, options)
      : ask(url, options, { sent, signal: untilTimeout(options) }))
    if (response.ok) return response
    // Who may read and not write is told that there is no such thing.
    if (sent === undefined && (response.status === 404 || response.status === 410)) return response
    await response.body?.cancel()
    return troubleOf(response, now)
  } catch (cause) {
    if (options.signal?.aborted) throw cause
    return { kind: 'failed', why: 'could not be reached', cause }
  }
}

function troubleOf({ status, headers }: Response, now: () => number): Trouble {
  const after = waitOf(headers, now)
  const isLimited = status === 429 || (status === 403 && after !== undefined)
  if (isLimited)
    return { kind: 'rate-limited', why: `answered ${status}: too many requests`, after }
  if (status >= 500) return { kind: 'failed', why: `answered ${status}`, after }
  return { kind: 'forbidden', why: `answered ${status}` }
}

/** `Retry-After` in seconds, else the moment at which a spent limit is filled again. */
function waitOf(headers: Headers, now: () => number): number | undefined {
  const seconds = headers.get('retry-after')
  if (seconds !== null && /^[0-9]{1,6}$/.test(seconds)) return Number(seconds) * 1_000
  const reset = headers.get('x-ratelimit-reset')
  if (headers.get('x-ratelimit-remaining') !== '0') return undefined
  return reset !== null && /^[0-9]{1,12}$/.test(reset)
    ? Math.max(0, Number(reset) * 1_000 - now())
    : undefined
}

/** Follows redirects by hand: the token goes to no other origin than the API's own. */
async function follow(start: URL, options: ApiOptions): Promise<Response> {
  const signal = untilTimeout(options)
  let url = start
  for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
    const response = await ask(url, options, { signal })
    const location = response.headers.get('location')
    if (!REDIRECTS.has(response.status) || location === null) return response
    await response.body?.cancel()
    url = new URL(location, url)
    if (url.protocol !== 'https:' && url.hostname !== options.address.hostname)
      throw new Error('a redirect leads away from https')
  }
  throw new Error('too many redirects')
}

function untilTimeout({ signal }: ApiOptions): AbortSignal {
  const timeout = AbortSignal.timeout(TIMEOUT)
  return signal === undefined ? timeout : AbortSignal.any([signal, timeout])
}

/** One request; what is sent is not carried on by a redirect. */
const ask = (
  url: URL,
  options: ApiOptions,
  { sent, signal }: { readonly sent?: Sent; readonly signal: AbortSignal },
): Promise<Response> =>
  (options.fetch ?? fetch)(url, {
    redirect: 'manual',
    signal,
    headers: {
      accept: 'application/vnd.github+json',
      'user-agent': 'bulkhead',
      'x-github-api-version': '2022-11-28',
      ...(url.origin === options.address.origin
        ? { authorization: `Bearer ${options.token}` }
        : {}),
      ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(sent === undefined ? {} : { method: sent.method, body: JSON.stringify(sent.body) }),
  })

const READING = {
  failed: 'run the step again; if it lasts, see whether GitHub reports an incident',
  'rate-limited': 'run the step again later, or with a token that has a limit of its own',
  forbidden: 'give this job `actions: read` and `checks: read`, and the token to this step',
} as const

const WRITING: Readonly<Record<Trouble['kind'], string>> = {
  ...READING,
  forbidden: 'give this job the permission to write that, and the token to this step',
}

const troubled = (
  { origin, pathname }: URL,
  { kind, why, cause }: Trouble,
  remedies: Readonly<Record<Trouble['kind'], string>>,
): WorldError => {
  const finding: Finding = {
    code: `github/${kind}`,
    subject: `${origin}${pathname}`,
    message: why,
    remedy: remedies[kind],
  }
  return new WorldError(finding, { cause })
}
