import type { EnvironmentState, Lease } from '@bulkhead/ledger'
import {
  type Plan,
  type PlanRequest,
  type Planning,
  type RegionHooks,
  type RolloutMemory,
  type RolloutResult,
  planRollout,
  planUnwinding,
  quietFleet,
  setAsideBefore,
  runRollout,
} from '@bulkhead/rollout'
import type { Digest, FencingToken, Finding, Milliseconds } from '@bulkhead/vocabulary'
import { ledgerJournal } from '../ledger-journal.ts'
import { contractsByRegion } from './contracts.ts'
import { type Deployment, REGION_PATIENCE } from './deployment.ts'
import { breakingIn } from './breaking-in.ts'
import { keepLease } from './keep-lease.ts'
import { planRequestOf } from './plan-environment.ts'
import { keepAway } from '../zones/keep-away.ts'
import { type Takeover, takeOver, touchedBefore } from './unfinished.ts'

/** How often a fleet is looked at while a wave bakes. */
const POLL_MS = 200

/** A region's rollout, with the plan that was made for it under its lease. */
export interface RegionEnd extends RolloutResult {
  readonly plan: Plan | undefined
  /** Its name on record: the fencing token under which it was begun, whoever goes on with it. */
  readonly id: FencingToken | undefined
}

interface RollHooks extends RegionHooks {
  /** The release before it may still be in the region. */
  readonly waits: boolean
}

/**
 * Takes one region's lease, plans from what the fleet says now, and rolls. The lease is given back
 * unless a human is needed: then the next deploy must not start on top of it.
 */
export async function rollRegion(
  deployment: Deployment,
  region: string,
  hooks: RollHooks,
): Promise<RegionEnd> {
  const { ledger, actors } = deployment
  const inTheWay = (await deployment.makeWay?.(region)) ?? []
  if (inTheWay.length > 0) return refused(inTheWay)
  const outcome = await ledger.acquireLease({
    region,
    actors,
    signal: deployment.signal,
    patience: hooks.waits ? REGION_PATIENCE : await patienceIn(deployment, region),
    ...(await breakingIn(ledger, deployment.breaking, region)),
  })
  if (outcome.kind === 'refused') return refused(outcome.findings)
  const { lease } = outcome
  let stuck = false
  try {
    const ended = await rollUnderLease(deployment, region, lease, hooks)
    stuck = ended.result === 'stuck'
    return ended
  } finally {
    if (!stuck) await lease.release()
  }
}

/** Releases follow each other: the next one waits at the first region until the one before has left it. */
async function patienceIn(deployment: Deployment, region: string): Promise<Milliseconds> {
  const { ledger, patience, clock, onProgress, release } = deployment
  const { leases, rollouts } = await ledger.state()
  const here = leases.find((lease) => lease.region.split('+').includes(region))
  const other = rollouts.find(({ token }) => token === here?.token)
  const none = 0 as Milliseconds
  if (here === undefined || here.stuck || other === undefined || patience === 0) return none
  if (other.commit === release.commit) return none
  const text = `waits until ${other.commit.slice(0, 8)} has left ${region} (token ${here.token})`
  const decision = { at: clock.now(), tone: 'plain', text, region, findings: [] } as const
  onProgress({ kind: 'decision', decision: { kind: 'frozen', ...decision } })
  return patience
}

const refused = (findings: readonly Finding[]): RegionEnd => ({
  result: 'refused',
  findings,
  plan: undefined,
  id: undefined,
})

async function rollUnderLease(
  deployment: Deployment,
  region: string,
  lease: Lease,
  { waits, ...hooks }: RollHooks,
): Promise<RegionEnd> {
  const { target, release, path, unwind, clock } = deployment
  if (unwind === undefined) {
    const overtaken = await deployment.mayGoOn({ region, wave: 'start', newZone: true })
    if (overtaken.length > 0) return refused(overtaken)
    if (path !== undefined) {
      const artifact = { path, digest: release.artifact }
      await keepLease(lease, clock, () => target.stage(artifact, { region, token: lease.token }))
    }
  }
  const back = await keepAway(await deployment.ledger.state(), target, lease)
  if (back.length > 0) return refused(back)
  const taken = await takeOver(deployment, region, lease.token)
  const { memory } = taken
  const planned = await keepLease(lease, clock, () => planNow(deployment, region, taken))
  if (planned.kind === 'refused') return refused(planned.findings)
  const { plan } = planned
  // A later region is planned on a fleet that this very rollout has changed.
  if (!waits && deployment.plan !== undefined && deployment.plan !== planned.whole)
    return refused([stalePlan(deployment.plan, planned.whole)])
  const ended = await roll(deployment, { region, lease, hooks, plan, memory })
  return { ...ended, plan, id: memory?.of ?? lease.token }
}

const stalePlan = (wanted: Digest, now: Digest | undefined): Finding => ({
  code: 'rollout/stale-plan',
  subject: wanted,
  message: `the plan would be ${now ?? 'none'} now: the fleet, the policy or the release has changed since`,
  remedy: 'Look at the plan as it is now (`bulkhead plan`), and ship by its digest.',
})

/** Longest wait for what a predecessor began. */
const QUIET_MS = 600_000

async function planNow(
  deployment: Deployment,
  region: string,
  { memory, overtaken }: Takeover,
): Promise<Planning & { readonly whole?: Digest | undefined }> {
  const { target, ledger, unwind, clock } = deployment
  const abilities = await target.topology()
  const before = [...overtaken, ...(memory === undefined ? [] : [memory])]
  if (before.length > 0) {
    const look = () => target.observe({ region })
    const aside = new Set(before.flatMap((each) => [...setAsideBefore(each)]))
    await quietFleet({ look, clock, pollMs: POLL_MS, mostMs: QUIET_MS, aside })
  }
  const observation = await target.observe()
  const state = await ledger.state()
  const contracts = await contractsAhead(deployment, state)
  const repair = touchedBefore(before, observation)
  const source = { ...deployment, state, abilities, observation, contracts, repair }
  const ofAll = planRequestOf(source)
  const request: PlanRequest = { ...ofAll, only: region }
  if (unwind !== undefined || memory?.direction === 'back')
    return { kind: 'planned', plan: planUnwinding(request) }
  return { ...planRollout(request), whole: wholeDigest(deployment, ofAll) }
}

/** Whoever returns to what was good has asked beforehand whether there is a way back. */
const contractsAhead = async (
  deployment: Deployment,
  state: EnvironmentState,
): Promise<PlanRequest['contracts']> =>
  deployment.purpose === 'return' ? {} : contractsByRegion(deployment, state, deployment.release)

/** Of the plan of all regions, as `bulkhead plan` prints it; only made where one is asked for. */
function wholeDigest({ plan }: Deployment, ofAll: PlanRequest): Digest | undefined {
  const whole = plan === undefined ? undefined : planRollout(ofAll)
  return whole?.kind === 'planned' ? whole.plan.digest : undefined
}

interface Roll {
  readonly region: string
  readonly lease: Lease
  readonly hooks: RegionHooks
  readonly plan: Plan
  readonly memory: RolloutMemory | undefined
}

function roll(deployment: Deployment, { region, lease, hooks, plan, memory }: Roll) {
  const { ledger, actors, release, artifacts, attestation, overridden = [], unwind } = deployment
  const journal = ledgerJournal({
    ledger,
    token: lease.token,
    actors,
    release: { commit: release.commit, artifacts },
    attestation,
    overridden,
    regions: Object.keys(deployment.policy.regions),
  })
  return runRollout({
    plan,
    region,
    target: deployment.target,
    token: lease.token,
    journal,
    clock: deployment.clock,
    signal: deployment.signal,
    mayGoOn: deployment.mayGoOn,
    metrics: deployment.metrics,
    mixedTest: deployment.mixedTest,
    onProgress: deployment.onProgress,
    limits: { pollMs: POLL_MS },
    ...hooks,
    ...(memory === undefined ? {} : { memory }),
    ...(unwind === undefined ? {} : { unwind }),
  })
}
