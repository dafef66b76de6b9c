import type { EnvironmentState, ReleaseOnRecord } from '@bulkhead/ledger'
import type { EnvironmentPolicy } from '@bulkhead/policy'
import type {
  Lane,
  Observation,
  PlanPolicy,
  PlanRequest,
  ShippedRelease,
  Topology,
} from '@bulkhead/rollout'
import { withShifts } from '../zones/keep-away.ts'
import { bakeWithMetrics } from './environment-metrics.ts'

/** What an engine can be told, as far as a plan depends on it. */
export type Abilities = Pick<Topology, 'selects' | 'surge'>

/** Where nothing answers yet, a plan assumes the most able engine. */
export const ASSUMED = {
  selects: 'units',
  surge: Number.MAX_SAFE_INTEGER,
  shifts: true,
} as const satisfies Abilities & Pick<Topology, 'shifts'>

export interface PlanSource {
  readonly policy: EnvironmentPolicy
  readonly state: EnvironmentState
  readonly abilities: Abilities
  /** The fleet as it says it is now. */
  readonly observation: Observation
  readonly release: ShippedRelease
  readonly lane: Lane
  readonly purpose: PlanRequest['purpose']
  /** See `contractsByRegion`. */
  readonly contracts: PlanRequest['contracts']
  /** See `touchedBefore`. */
  readonly repair?: PlanRequest['repair']
}

/** A plan's inputs from what policy, ledger and fleet say. */
export const planRequestOf = (source: PlanSource): PlanRequest => ({
  environment: source.policy.name,
  lane: source.lane,
  purpose: source.purpose,
  policy: planPolicyOf(source.policy, source.abilities),
  observation: { ...withShifts(source.observation, source.state), traffic: [] },
  away: source.state.shifted.map(({ region, zone, by, reason }) => ({
    region,
    zone,
    why: `by ${by}: ${reason}`,
  })),
  release: source.release,
  previous: previousOf(source.state, source.policy),
  contracts: source.contracts,
  ...(source.repair === undefined ? {} : { repair: source.repair }),
})

function planPolicyOf(policy: EnvironmentPolicy, { selects, surge }: Abilities): PlanPolicy {
  return {
    required: policy.required,
    requiredIn: policy.requiredIn,
    singleZone: policy.singleZone,
    surge: Math.min(policy.surge, surge),
    selects,
    bake: bakeWithMetrics(policy),
    mixedTest: testOf(policy),
    ...longestBatch(policy.target),
  }
}

const testOf = ({ mixedTest }: EnvironmentPolicy): PlanPolicy['mixedTest'] =>
  mixedTest === undefined ? null : { command: mixedTest.command, timeoutMs: mixedTest.timeout }

/** The limits of the target are the longest that a batch may take; how long it takes is seen later. */
function longestBatch(target: EnvironmentPolicy['target']) {
  const seconds = (ms: number) => `${ms / 1000} s`
  if (target.kind === 'exec') {
    const batchBecause = `the driver takes at most ${seconds(target.timeout)}`
    return { batchMs: target.timeout, batchBecause }
  }
  const { drain, health } = target
  const parts = [
    [drain, `drain at most ${seconds(drain)}`],
    ...(target.kind === 'haproxy'
      ? ([
          [target.timeout, `replaced after at most ${seconds(target.timeout)}`],
          [target.slowStart, `all its weight after ${seconds(target.slowStart)}`],
        ] as const)
      : []),
    [health.deadline, `healthy after at most ${seconds(health.deadline)}`],
  ] as const
  return {
    batchMs: parts.reduce((sum, [ms]) => sum + ms, 0),
    batchBecause: parts
      .filter(([ms]) => ms > 0)
      .map(([, words]) => words)
      .join(' + '),
  }
}

/** The last release that was good in each region. */
export function previousOf(
  state: Pick<EnvironmentState, 'regions' | 'released'>,
  policy: Pick<EnvironmentPolicy, 'regions' | 'artifact'>,
): Readonly<Record<string, ShippedRelease>> {
  return Object.fromEntries(
    Object.keys(policy.regions).flatMap((region) => {
      const good = state.regions[region] ?? state.released
      const shipped = good && shippedOf(policy, good)
      return shipped ? [[region, shipped]] : []
    }),
  )
}

/** A release on record, as the fleet of an environment knows it: of several services each runs its own. */
export function shippedOf(
  { artifact: named }: Pick<EnvironmentPolicy, 'artifact'>,
  { commit, artifacts }: ReleaseOnRecord,
): ShippedRelease | undefined {
  // One that was shipped before the policy named an artifact was the first.
  const artifact = artifacts.find(({ name }) => name === named) ?? artifacts[0]
  return artifact && { commit, artifact: artifact.digest }
}
