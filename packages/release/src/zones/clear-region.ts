import type { Actor, EnvironmentState, LeaseOnRecord, Ledger } from '@bulkhead/ledger'
import type { Place } from '@bulkhead/rollout'
import type { FencingToken, Finding } from '@bulkhead/vocabulary'
import type { Clock } from '@bulkhead/world'
import type { BreakOrder } from '../deploy/deployment.ts'

const LOOK_MS = 500
/** Longer than a batch takes: a drain and a start, whatever they wait for. */
const PATIENCE_MS = 900_000

export interface Clearing {
  readonly ledger: Pick<Ledger, 'state' | 'append'>
  readonly clock: Clock
  readonly actors: readonly Actor[]
  readonly place: Place
  readonly reason: string
  readonly breaking?: BreakOrder
  readonly signal: AbortSignal
}

/** Who holds a region, and which rollout is to be asked to pause; both undefined when it is free. */
export function judgeRegion(
  { leases, rollouts }: Pick<EnvironmentState, 'leases' | 'rollouts'>,
  region: string,
): { readonly held?: LeaseOnRecord; readonly ask?: FencingToken } {
  const held = leases.find((lease) => lease.region.split('+').includes(region))
  if (held === undefined) return {}
  const rollout = rollouts.find(({ token }) => token === held.token)
  // What goes back by itself ends that first, and a hotfix is not held up.
  const mayBeAsked =
    rollout?.lane === 'standard' && rollout.direction === 'forward' && rollout.ordered === null
  return mayBeAsked ? { held, ask: rollout.id } : { held }
}

/**
 * Has a rollout in a region pause at the edge of its batch, and waits until the region is free.
 * @returns why it is not
 */
export async function clearRegion(clearing: Clearing): Promise<readonly Finding[]> {
  const { ledger, clock, signal, actors, place, breaking } = clearing
  const since = clock.monotonic()
  for (;;) {
    const { held, ask } = judgeRegion(await ledger.state(), place.region)
    if (held === undefined || breaking?.tokens.includes(held.token) === true) return []
    if (ask !== undefined) {
      const reason = `zone ${place.region}/${place.zone}: ${clearing.reason}`
      await ledger.append([
        { kind: 'deploy.ordered', actors, data: { order: 'pause', of: ask, reason } },
      ])
    }
    if (held.stuck || signal.aborted || clock.monotonic() - since >= PATIENCE_MS)
      return [isHeld(held)]
    await clock.sleep(LOOK_MS, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
  }
}

const isHeld = ({ region, holder, token, stuck }: LeaseOnRecord): Finding => ({
  code: 'ledger/lease-held',
  subject: region,
  message: stuck
    ? `a rollback there failed, and its lease with token ${token} is held for a human`
    : `${holder} holds the lease with token ${token} and has not given it back`,
  remedy: `Look at the fleet (\`bulkhead status\`); if nobody is at work there, end the lease: \`--break-lease ${token} --reason TEXT\`.`,
})
