import type { Clock } from './clock.ts'

/** One request to a server that is not ours, with everything that bounds it. */
export interface HttpRequest {
  readonly url: string
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Milliseconds for one attempt, from connecting to the last byte. Default 10 s. */
  readonly timeout?: number
  /** Most bytes read of an answer; a longer one is a failure, never a silent cut. Default 1 MiB. */
  readonly maxBytes?: number
  /** Attempts in all, the first one included. Default 4. */
  readonly attempts?: number
  /** Milliseconds for all attempts and pauses together. Default 30 s. */
  readonly budget?: number
  readonly signal?: AbortSignal
}

/**
 * How an exchange ended. `answered` is any answer that is final, also a 404; what is worth another try
 * (no connection, 429, 5xx) and was not mended within attempts and budget is `failed`.
 */
export type HttpOutcome =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  /** Why, in words that carry neither path, query nor headers: those may hold secrets. */
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'cancelled' }

export type HttpExchange = (request: HttpRequest) => Promise<HttpOutcome>

export interface HttpWorld {
  readonly fetch: typeof fetch
  readonly clock: Clock
  /** A number from 0 to 1 that spreads retries. */
  readonly random: () => number
}

const TIMEOUT = 10_000
const MAX_BYTES = 1024 * 1024
const ATTEMPTS = 4
const BUDGET = 30_000
const FIRST_PAUSE = 250
const LONGEST_PAUSE = 8_000

type Attempt =
  | Exclude<HttpOutcome, { kind: 'failed' }>
  /** Worth another try, after `wait` milliseconds where the server named a time. */
  | { readonly kind: 'again'; readonly why: string; readonly wait?: number }
  | { readonly kind: 'failed'; readonly why: string }

/**
 * Talks to other people's servers: retries what may pass (no connection, 429, 5xx) with growing, spread
 * pauses or as `Retry-After` says (RFC 9110 §10.2.3), within attempts and budget. A redirect is not
 * followed: it could carry a token to another origin.
 */
export function httpExchange({ fetch, clock, random }: HttpWorld): HttpExchange {
  return async (request) => {
    const until = clock.monotonic() + (request.budget ?? BUDGET)
    const attempts = request.attempts ?? ATTEMPTS
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await attemptOnce(fetch, clock, request)
      if (outcome.kind !== 'again') return outcome
      const pause = outcome.wait ?? growingPause(attempt, random())
      if (attempt >= attempts) return { kind: 'failed', why: sayTries(outcome.why, attempt) }
      if (clock.monotonic() + pause >= until)
        return { kind: 'failed', why: `${sayTries(outcome.why, attempt)}, and no time is left` }
      try {
        await clock.sleep(pause, request.signal)
      } catch {
        return { kind: 'cancelled' }
      }
    }
  }
}

const sayTries = (why: string, attempts: number): string =>
  attempts === 1 ? why : `${why} (${attempts} attempts)`

const growingPause = (attempt: number, random: number): number =>
  Math.min(FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE) * (0.5 + random / 2)

async function attemptOnce(
  fetch: HttpWorld['fetch'],
  clock: Clock,
  request: HttpRequest,
): Promise<Attempt> {
  const timeout = AbortSignal.timeout(request.timeout ?? TIMEOUT)
  const signal = request.signal === undefined ? timeout : AbortSignal.any([request.signal, timeout])
  const failed = (): Attempt => {
    if (request.signal?.aborted) return { kind: 'cancelled' }
    return { kind: 'again', why: timeout.aborted ? 'did not answer in time' : 'cannot be reached' }
  }
  try {
    const response = await fetch(request.url, {
      method: request.method ?? 'GET',
      headers: { ...request.headers },
      redirect: 'manual',
      signal,
      ...(request.body === undefined ? {} : { body: request.body }),
    })
    if (isPassing(response.status)) return await readRetry(response, clock)
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel()
      return { kind: 'failed', why: `answered with a redirect (${response.status})` }
    }
    const body = await readBody(response, request.maxBytes ?? MAX_BYTES)
    if (body === undefined) return { kind: 'failed', why: 'answered with more than is read' }
    return { kind: 'answered', status: response.status, body }
  } catch {
    return failed()
  }
}

/** Statuses that may pass by themselves. */
const isPassing = (status: number): boolean => status === 429 || status >= 500

async function readRetry(response: Response, clock: Clock): Promise<Attempt> {
  await response.body?.cancel()
  const why = `answered ${response.status}`
  const wait = retryAfter(response.headers.get('retry-after'), clock)
  return wait === undefined ? { kind: 'again', why } : { kind: 'again', why, wait }
}

/** RFC 9110 §10.2.3: seconds, or a date; milliseconds from now, undefined for anything else. */
function retryAfter(header: string | null, clock: Clock): number | undefined {
  if (header === null) return undefined
  if (/^[0-9]{1,9}$/.test(header)) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - clock.now())
}

/** The body as text; undefined when it is longer than `limit` bytes or no UTF-8. */
async function readBody(response: Response, limit: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > limit) return undefined
    chunks.push(chunk)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch {
    return undefined
  }
}
