import type {
  Actor,
  EnvironmentState,
  LeaseOnRecord,
  Ledger,
  RolloutOnRecord,
} from '@bulkhead/ledger'
import type { CommitId, FencingToken, Finding, Milliseconds } from '@bulkhead/vocabulary'
import type { Clock } from '@bulkhead/world'
import { REGION_PATIENCE } from './deployment.ts'

/** Who stands in the way of a hotfix, and what is to be done about it. */
export interface Way {
  /** Leases that must be given back first; none when the way is clear. */
  readonly held: readonly LeaseOnRecord[]
  /** Standard rollouts on their way forward that nobody has asked yet, by id. */
  readonly ask: readonly FencingToken[]
  /** One of them is another hotfix: hotfixes ship one after the other. */
  readonly behind: boolean
}

export interface WayQuestion {
  readonly region: string
  /** The commit of the hotfix. */
  readonly commit: CommitId
  /** To yield, or to go back when what rolls out is the suspect. */
  readonly order: 'yield' | 'abort'
}

/**
 * Pure: what the record says before a hotfix takes the lease of a region. Another release is in the way
 * wherever it rolls out: a fleet keeps one newest token, so that the first batch of the hotfix would
 * shut it out of another region in the middle of a batch.
 */
export function judgeWay(
  { leases, rollouts }: Pick<EnvironmentState, 'leases' | 'rollouts'>,
  { region, commit, order }: WayQuestion,
): Way {
  const rolloutOf = (lease: LeaseOnRecord) => rollouts.find(({ token }) => token === lease.token)
  const held = leases.filter(
    (lease) => lease.region.split('+').includes(region) || rolloutOf(lease)?.commit !== commit,
  )
  const others = held.flatMap((lease) => rolloutOf(lease) ?? [])
  return {
    held,
    ask: others
      .filter((other) => other.commit !== commit && mayBeAsked(other, order))
      .map(({ id }) => id),
    behind: others.some((other) => other.commit !== commit && other.lane === 'hotfix'),
  }
}

/** Once is enough; and a rollout that goes back by itself is bad by its own evidence and ends that first. */
const mayBeAsked = (
  { lane, direction, ordered }: RolloutOnRecord,
  order: 'yield' | 'abort',
): boolean =>
  lane === 'standard' &&
  direction === 'forward' &&
  ordered?.order !== order &&
  ordered?.order !== 'abort'

export interface WayRequest extends WayQuestion {
  readonly ledger: Pick<Ledger, 'state' | 'append'>
  readonly clock: Clock
  readonly actors: readonly Actor[]
  /** How the hotfix is called in the order. */
  readonly name: string
  /** Leases that people have decided to end: nobody is asked or waited for. */
  readonly breaking: readonly FencingToken[]
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
    const { held, ask, behind } = judgeWay(await ledger.state(), request)
    const left = held.filter(({ token }) => !request.breaking.includes(token))
    if (left.length === 0) return []
    if (ask.length > 0) await giveOrders(request, ask)
    const patience = behind ? REGION_PATIENCE : request.yieldWithin
    const waitedMs = clock.monotonic() - since
    if (waitedMs >= patience || signal.aborted) return [cannotYield(left, waitedMs)]
    await clock.sleep(LOOK_MS, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
  }
}

const giveOrders = (
  { ledger, actors, order, name }: WayRequest,
  rollouts: readonly FencingToken[],
): Promise<unknown> =>
  ledger.append(
    rollouts.map((of) => ({
      kind: 'deploy.ordered',
      actors,
      data: { order, of, reason: `${name} takes the lease` },
    })),
  )

const cannotYield = (held: readonly LeaseOnRecord[], waitedMs: number): Finding => ({
  code: 'rollout/cannot-yield',
  subject: held.map(({ region }) => region).join(', '),
  message: `${held.map(({ holder, token }) => `${holder} holds the lease with token ${token}`).join(', ')} and has not given it back in ${Math.round(waitedMs / 1000)} s`,
  remedy: `look at the fleet (\`bulkhead status\`); if the holder is gone, end the lease in the name of those who approved the hotfix: \`bulkhead hotfix ship ${held.map(({ token }) => `--break-lease ${token}`).join(' ')} --reason TEXT\``,
})
