import { get } from 'node:http'
import { type CommitId, commitId, isObjectId } from '@bulkhead/vocabulary'

/** What one GET of the health path said. */
export type Probe =
  | { readonly kind: 'ok'; readonly version: CommitId }
  | { readonly kind: 'failed'; readonly reason: string }

export interface ProbeRequest {
  /** 127.0.0.1 by default. */
  readonly host?: string
  readonly port: number
  readonly path: string
  readonly buildField: string
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

const MOST_BYTES = 64 * 1024

/** Asks a unit for its health; never throws. Only 200 with JSON that names a build is `ok`. */
export async function probeHealth(request: ProbeRequest): Promise<Probe> {
  try {
    const { status, body } = await fetchSmall(request)
    if (status !== 200) return failed(`answered ${status} at ${request.path}`)
    return readBuild(body, request.buildField)
  } catch (error) {
    return failed(`does not answer: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const failed = (reason: string): Probe => ({ kind: 'failed', reason })

/** Pure: which build a health answer names. */
export function readBuild(body: string, field: string): Probe {
  let answer: unknown
  try {
    answer = JSON.parse(body)
  } catch {
    return failed('answers its health path with something other than JSON')
  }
  if (typeof answer !== 'object' || answer === null || !Object.hasOwn(answer, field))
    return failed(`its health answer has no field "${field}"`)
  const build: unknown = Reflect.get(answer, field)
  if (typeof build !== 'string' || !isObjectId(build))
    return failed(`the field "${field}" of its health answer is no full commit id`)
  return { kind: 'ok', version: commitId(build) }
}

function fetchSmall(request: ProbeRequest): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(request.timeoutMs)])
    const { host = '127.0.0.1', port, path } = request
    // A connection of its own each time: a unit that no longer accepts connections is not healthy.
    const sent = get({ host, port, path, agent: false, signal }, (response) => {
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        size += chunk.length
        if (size > MOST_BYTES) sent.destroy(new Error('its health answer is too long'))
      })
      response.once('error', reject)
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
      )
    })
    sent.once('error', reject)
  })
}
