import {
  type Plan,
  type RolloutDecision,
  type RolloutEvent,
  type RolloutResult,
  type ShippedRelease,
  planRollout,
  runRollout,
} from '@bulkhead/rollout'
import { systemClock } from '@bulkhead/world'
import { token } from './fleet-bed.ts'
import type { HaproxyBed } from './haproxy-bed.ts'

/** The planner and the executor over a real fleet, with a record in memory. */

const POLL_MS = 50

export interface Deploy {
  readonly release: ShippedRelease
  readonly previous: ShippedRelease
  /** Of the lease. */
  readonly number: number
  /** Healthy units that must remain with any one zone gone. */
  readonly required: number
  /** Requests per second that users make in all regions together. */
  readonly requestsPerSecond: number
  /** The region to roll out; default: the first of the plan. */
  readonly region?: string
  readonly onDecision?: (decision: RolloutDecision) => void
}

export interface Deployed extends RolloutResult {
  readonly plan: Plan
  readonly events: readonly RolloutEvent[]
}

/** Plans from what the fleet says now, and carries that plan out. @throws when it cannot be planned */
export async function deploy({ target, spec }: HaproxyBed, order: Deploy): Promise<Deployed> {
  const { release, previous, number, required, requestsPerSecond } = order
  const regions = Object.keys(spec.regions)
  const { selects } = await target.topology()
  const planned = planRollout({
    environment: 'production',
    lane: 'standard',
    purpose: 'release',
    policy: {
      required,
      requiredIn: {},
      singleZone: false,
      surge: 0,
      selects,
      bake: { ...BAKE, requestsPerSecond },
      batchMs: 30_000,
      batchBecause: 'a busy machine',
      mixedTest: null,
    },
    observation: { ...(await target.observe()), traffic: [] },
    release,
    previous: Object.fromEntries(regions.map((region) => [region, previous])),
    contracts: {},
  })
  if (planned.kind === 'refused')
    throw new Error(planned.findings.map(({ message }) => message).join('\n'))
  const { plan } = planned
  const events: RolloutEvent[] = []
  const receipt = Promise.resolve({ standing: null })
  const ended = await runRollout({
    plan,
    region: order.region ?? plan.regions[0]?.region ?? '',
    target,
    token: token(number),
    journal: {
      record: (news) => (events.push(...news), receipt),
      signOfLife: () => receipt,
      standing: () => receipt,
    },
    clock: systemClock,
    signal: new AbortController().signal,
    onProgress: (progress) => {
      if (progress.kind === 'decision') order.onDecision?.(progress.decision)
    },
    limits: { pollMs: POLL_MS, capacityMs: 60_000 },
  })
  return { ...ended, plan, events }
}

/** Few requests suffice to see what these tests let happen; a busy machine may take its time for them. */
const BAKE = {
  baselineErrorRate: 0.001,
  detectErrorRate: 0.6,
  falseAlarm: 0.02,
  power: 0.9,
  floor: 0,
  deadline: 60_000,
}
