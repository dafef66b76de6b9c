import type { HttpExchange, HttpOutcome, HttpRequest } from '@bulkhead/world'

/** Reads an environment variable that the policy names. Secrets never stand in the policy itself. */
export type Secrets = (variable: string) => string | undefined

/** What every channel needs of the world. */
export interface Outgoing {
  readonly exchange: HttpExchange
  readonly secrets: Secrets
}

/** Time for one notice on one channel: an engine waits behind it. */
const BUDGET = 15_000
const TIMEOUT = 5_000

/** Posts JSON and says in a few words why it was not taken; undefined when it was. */
export async function post(
  exchange: HttpExchange,
  request: Pick<HttpRequest, 'url' | 'headers'> & { readonly body: string },
  signal?: AbortSignal,
): Promise<string | undefined> {
  const outcome = await exchange({
    ...request,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...request.headers },
    timeout: TIMEOUT,
    budget: BUDGET,
    maxBytes: 64 * 1024,
    ...(signal === undefined ? {} : { signal }),
  })
  return refusalOf(outcome)
}

/** Why an exchange did not succeed; undefined for an answer of 200 to 299. */
export function refusalOf(outcome: HttpOutcome): string | undefined {
  switch (outcome.kind) {
    case 'answered':
      return outcome.status >= 200 && outcome.status < 300
        ? undefined
        : `answered ${outcome.status}`
    case 'failed':
      return outcome.why
    case 'cancelled':
      return 'was cancelled'
  }
}
