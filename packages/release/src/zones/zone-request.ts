import type { Actor, Ledger, Lease } from '@bulkhead/ledger'
import type { EnvironmentPolicy } from '@bulkhead/policy'
import type { Hand, Place, RolloutProgress, StageOutcome, Target } from '@bulkhead/rollout'
import { type Finding, InputError } from '@bulkhead/vocabulary'
import type { BreakOrder } from '../deploy/deployment.ts'
import { breakingIn } from '../deploy/breaking-in.ts'
import type { MigrationHistory } from '../deploy/contracts.ts'
import { keepLease } from '../deploy/keep-lease.ts'
import type { Clock } from '@bulkhead/world'
import type { Keyring } from '../keyring.ts'
import { writeLedger } from '../ledger-access.ts'
import { environmentPolicy, findBegunBase } from '../trusted-ref.ts'
import type { Workspace } from '../workspace.ts'
import { clearRegion } from './clear-region.ts'
import { tellZone } from './tell-zone.ts'

export interface ZoneRequest {
  readonly environment: string
  readonly genesis?: string
  /** `ZONE`, or `REGION/ZONE` where several regions have one of that name. */
  readonly zone: string
  /** It goes on record. */
  readonly reason: string
  readonly keyring: Keyring
  readonly actors: readonly Actor[]
  readonly target: Target
  /** Ends somebody else's lease first, on record. */
  readonly breaking?: BreakOrder
  readonly signal: AbortSignal
  readonly onProgress: (progress: RolloutProgress) => void
}

/** How it ended. `failed`: something was begun; the zone counts as away until that is mended. */
export interface ZoneResult {
  readonly result: 'shifted' | 'restored' | 'refused' | 'failed'
  readonly place: Place
  readonly findings: readonly Finding[]
  /** Channels that were not told. They change nothing else. */
  readonly undelivered?: readonly Finding[]
}

/** A zone of an environment, and what is to be done to it. */
export interface ZoneTask {
  readonly policy: EnvironmentPolicy
  readonly ledger: Ledger
  readonly repository: MigrationHistory['repository']
  readonly clock: Clock
  readonly place: Place
  readonly request: Pick<
    ZoneRequest,
    'reason' | 'actors' | 'target' | 'breaking' | 'signal' | 'onProgress'
  >
}

/** A zone in one hand: the lease of its region is held, and everything goes on record under it. */
export interface HeldZone extends ZoneTask {
  readonly lease: Lease
  readonly hand: Hand
}

/** Finds the zone and opens its ledger, then as {@link holdZone}, and tells of it. @throws InputError for no such zone */
export async function withZone(
  workspace: Workspace,
  request: ZoneRequest,
  work: (zone: HeldZone) => Promise<ZoneResult>,
): Promise<ZoneResult> {
  const base = await findBegunBase(workspace, request.environment, request.genesis)
  const policy = environmentPolicy(base.policy, request.environment)
  const place = placeIn(policy, request.zone)
  const address = { ...base, environment: request.environment, policy: base.ledgerPolicy }
  const ledger = await writeLedger(workspace, address, request.keyring, request.actors)
  const { repository, clock } = workspace
  const ended = await holdZone({ policy, ledger, repository, clock, place, request }, work)
  return { ...ended, undelivered: await tellZone(workspace, base.policy, request, ended) }
}

/**
 * Does something to a zone under the lease of its region. A rollout that holds the lease is ordered to
 * pause at the edge of its batch first; `bulkhead resume` goes on with it.
 */
export async function holdZone(
  task: ZoneTask,
  work: (zone: HeldZone) => Promise<ZoneResult>,
): Promise<ZoneResult> {
  const { ledger, clock, place, request } = task
  const { actors, breaking } = request
  const { region } = place
  const held = await clearRegion({ ...request, ledger, clock, place })
  if (held.length > 0) return { result: 'refused', place, findings: held }
  const outcome = await ledger.acquireLease({
    region,
    actors,
    ...(await breakingIn(ledger, breaking, region)),
  })
  if (outcome.kind === 'refused') return { result: 'refused', place, findings: outcome.findings }
  const { lease } = outcome
  try {
    return await work({ ...task, lease, hand: handOf(task, lease) })
  } finally {
    await lease.release()
  }
}

const handOf = ({ request: { signal, onProgress }, clock }: ZoneTask, { token }: Lease): Hand => ({
  token,
  signal,
  onProgress: (progress) => onProgress({ kind: 'step', step: { ...progress, at: clock.now() } }),
})

/** Lets the target act while the lease is kept. @returns why it did not do it */
export async function actOnZone(
  { lease, clock, place }: HeldZone,
  act: () => Promise<StageOutcome>,
): Promise<Finding | undefined> {
  const outcome = await keepLease(lease, clock, act)
  switch (outcome.kind) {
    case 'applied':
      return undefined
    case 'stale-token':
      return {
        code: 'rollout/stale-token',
        subject: `token ${lease.token}`,
        message: `a newer holder with token ${outcome.newest} has acted on the fleet`,
        remedy: 'See who is in charge: `bulkhead status`.',
      }
    case 'refused':
    case 'failed':
      return {
        code: 'rollout/target-failed',
        subject: `${place.region}/${place.zone}`,
        message: outcome.reason,
        remedy: 'Mend what the target says, then run the command again.',
      }
  }
}

/** @throws InputError when no zone, or more than one, is of this name */
function placeIn({ regions, name }: EnvironmentPolicy, zone: string): Place {
  const places = Object.entries(regions).flatMap(([region, zones]) =>
    Object.keys(zones).map((one) => ({ region, zone: one })),
  )
  const wanted = places.filter(
    (place) => place.zone === zone || `${place.region}/${place.zone}` === zone,
  )
  const [place, another] = wanted
  if (place !== undefined && another === undefined) return place
  const known = (wanted.length > 1 ? wanted : places)
    .map((one) => `${one.region}/${one.zone}`)
    .slice(0, 20)
  throw new InputError({
    code: 'usage/invalid-option',
    subject: zone,
    message: place === undefined ? `${name} has no such zone` : 'several regions have such a zone',
    remedy: `Name one of ${known.join(', ')}.`,
  })
}
