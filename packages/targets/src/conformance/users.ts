import type { Place } from '@bulkhead/rollout'
import type { Trial } from './bed.ts'
import { agree } from './disagreement.ts'

const USERS = 4
const MORE_REQUESTS = 50

/** Does something while users ask without a pause, none of whom may notice. Without a URL nobody asks. */
export async function underUsers(trial: Trial, act: () => Promise<void>): Promise<void> {
  const { request } = trial.bed
  if (request === undefined) return act()
  const failures: string[] = []
  const end = new AbortController()
  const users = Array.from({ length: USERS }, () => use(request, end.signal, failures))
  try {
    await act()
  } finally {
    end.abort()
    await Promise.all(users)
  }
  agree(failures.length === 0, `${failures.length} requests failed, the first: ${failures[0]}`)
}

async function use(
  request: () => Promise<void>,
  signal: AbortSignal,
  failures: string[],
): Promise<void> {
  while (!signal.aborted)
    await request().catch((error: unknown) => void failures.push(String(error)))
}

const served = async ({ target }: Trial, scope: Partial<Place>): Promise<number> =>
  (await target.observe(scope)).traffic.reduce((sum, count) => sum + count.requests, 0)

/** Where traffic is counted and users are: how many requests a zone answers of the next fifty and more. */
export async function servedMeanwhile(
  trial: Trial,
  { region, zone }: Place,
): Promise<number | undefined> {
  const { request } = trial.bed
  if (request === undefined) return undefined
  await request()
  const before = await served(trial, { region, zone })
  const all = await served(trial, {})
  if (all === 0) return undefined
  for (let now = all; now < all + MORE_REQUESTS; now = await served(trial, {})) await request()
  return (await served(trial, { region, zone })) - before
}
