import type { Actor, EnvironmentState, Ledger, RolloutOnRecord } from '@bulkhead/ledger'
import type { CommitId, FencingToken, Finding, Milliseconds } from '@bulkhead/vocabulary'
import type { Clock } from '@bulkhead/world'
import { REGION_PATIENCE } from './deployment.ts'

/** Who stands in the way of a hotfix in a region, and what is to be done about it. */
export type Way =
  | { readonly kind: 'clear' }
  /** A standard rollout on its way forward: it is asked to yield, or to go back when it is the suspect. */
  | { readonly kind: 'ask'; readonly of: FencingToken; readonly held: Held }
  /** It yields, goes back, or has not begun: all that is left is to wait. */
  | { readonly kind: 'wait'; readonly held: Held }
  /** Another hotfix: hotfixes ship one after the other. */
  | { readonly kind: 'behind'; readonly held: Held }

export interface Held {
  readonly token: FencingToken
  readonly holder: string
}

export interface WayQuestion {
  readonly region: string
  /** The commit of the hotfix. */
  readonly commit: CommitId
  readonly order: 'yield' | 'abort'
}

/** Pure: what the record says of a region before a hotfix takes its lease. */
export function judgeWay(
  { leases, rollouts }: Pick<EnvironmentState, 'leases' | 'rollouts'>,
  { region, commit, order }: WayQuestion,
): Way {
  const lease = leases.find((each) => each.region.split('+').includes(region))
  if (lease === undefined) return { kind: 'clear' }
  const held = { token: lease.token, holder: lease.holder }
  const rollout = rollouts.find(({ token }) => token === lease.token)
  // A stuck lease never comes back by itself, and a process of this very hotfix is no rollout to wait for.
  if (lease.stuck || rollout?.commit === commit) return { kind: 'wait', held }
  if (rollout?.lane === 'hotfix') return { kind: 'behind', held }
  return rollout !== undefined && mayBeAsked(rollout, order)
    ? { kind: 'ask', of: rollout.id, held }
    : { kind: 'wait', held }
}

/** Once is enough; and a rollout that goes back by itself is bad by its own evidence and ends that first. */
const mayBeAsked = ({ direction, ordered }: RolloutOnRecord, order: 'yield' | 'abort'): boolean =>
  direction === 'forward' && ordered?.order !== order && ordered?.order !== 'abort'

export interface WayRequest extends WayQuestion {
  readonly ledger: Pick<Ledger, 'state' | 'append'>
  readonly clock: Clock
  readonly actors: readonly Actor[]
  /** How the hotfix is called in the order. */
  readonly name: string
  /** A lease that people have decided to end: nobody is asked or waited for. */
  readonly breaking: FencingToken | undefined
  /** How long a standard rollout may take until it has yielded. */
  readonly yieldWithin: Milliseconds
  readonly signal: AbortSignal
}

const LOOK_MS = 500

/**
 * Has whoever holds the lease of a region give it back: an order on record that he obeys at the edge
 * of his batch, so that no unit is left drained. Whoever begins meanwhile is asked too.
 * @returns why the lease is not free, when it is not in time
 */
export async function makeWay(request: WayRequest): Promise<readonly Finding[]> {
  const { ledger, clock, signal } = request
  const since = clock.monotonic()
  for (;;) {
    const way = judgeWay(await ledger.state(), request)
    if (way.kind === 'clear' || way.held.token === request.breaking) return []
    if (way.kind === 'ask') await giveOrder(request, way.of)
    const patience = way.kind === 'behind' ? REGION_PATIENCE : request.yieldWithin
    if (clock.monotonic() - since >= patience || signal.aborted)
      return [cannotYield(request, way.held, clock.monotonic() - since)]
    await clock.sleep(LOOK_MS, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
  }
}

const giveOrder = (
  { ledger, actors, order, name }: WayRequest,
  of: FencingToken,
): Promise<unknown> =>
  ledger.append([
    { kind: 'deploy.ordered', actors, data: { order, of, reason: `${name} takes the lease` } },
  ])

const cannotYield = (
  { region }: WayQuestion,
  { token, holder }: Held,
  waitedMs: number,
): Finding => ({
  code: 'rollout/cannot-yield',
  subject: region,
  message: `${holder} holds the lease with token ${token} and has not given it back in ${Math.round(waitedMs / 1000)} s`,
  remedy: `look at the fleet (\`bulkhead status\`); if the holder is gone, end the lease in the name of those who approved the hotfix: \`bulkhead hotfix ship --break-lease ${token} --reason TEXT\``,
})
