import type { CommitId, FencingToken, Finding } from '@bulkhead/vocabulary'
import type { Clock } from '@bulkhead/world'
import type { Metric } from '../analysis/metric.ts'
import type { UnitId, UnitObservation } from '../fleet.ts'
import type { Plan, RegionPlan } from '../plan/plan.ts'
import * as refuse from '../refusals.ts'
import type { FleetWatch, RolloutLimits } from './fleet-watch.ts'
import { Interruption } from './interruption.ts'
import type { Direction } from './journal.ts'
import type { JournalWriter } from './journal-writer.ts'
import type { MixedTest } from './mixed-test.ts'
import type { BatchRules } from './next-batch.ts'

/** What is about to begin: asked of the shell before each forward wave. */
export interface NextWave {
  readonly region: string
  readonly wave: string
  /** False while the zone that was begun is being finished. */
  readonly newZone: boolean
}

/** A rollout of one region under way: its collaborators and what it has touched. */
export interface RolloutRun {
  readonly plan: Plan
  readonly region: RegionPlan
  readonly token: FencingToken
  readonly journal: JournalWriter
  readonly clock: Clock
  /** Metrics that have a say in every bake. */
  readonly metrics: readonly Metric[]
  /** Runs the test that the plan names, if it names one. */
  readonly mixedTest: MixedTest | undefined
  /** When it began, wall time: what was before it is what a heartbeat is compared with. */
  readonly began: number
  /** Pauses at the edge of a batch. */
  readonly signal: AbortSignal
  /** Unwinds at the edge of a batch. */
  readonly abort: AbortSignal
  readonly limits: RolloutLimits
  readonly fleet: FleetWatch
  /** Findings that speak against beginning a wave now; it is paused then. */
  readonly mayGoOn: (next: NextWave) => Promise<readonly Finding[]>
  /** Units this rollout answers for: on the release at the start, or begun to be placed since. */
  readonly touched: Set<UnitId>
  /** Units that were seen healthy on the release: what becomes of them speaks of it. */
  readonly placed: Set<UnitId>
  /** How often a batch was begun on a unit, by direction and id. */
  readonly attempts: Map<string, number>
  /** The fleet before the first batch. */
  readonly start: ReadonlyMap<UnitId, UnitObservation>
  readonly startVersions: ReadonlySet<CommitId>
}

/** No unit is changed more often than this in one direction: a rollout must not oscillate. */
export const MOST_ATTEMPTS = 3

export const attemptKey = (direction: Direction, id: UnitId): string => `${direction} ${id}`

export const attemptsOf = (run: RolloutRun, direction: Direction, id: UnitId): number =>
  run.attempts.get(attemptKey(direction, id)) ?? 0

/** The rules of a batch that has no gate before it. */
export const plainRules = ({ plan, region }: RolloutRun): BatchRules => ({
  required: region.required,
  evacuable: null,
  selects: plan.selects,
})

/** A stop is obeyed at the edge of a batch, never inside one. @throws Interruption `pause` */
export function obeyPause({ signal, journal, plan }: RolloutRun): void {
  journal.refuseFailure()
  if (signal.aborted) throw new Interruption('pause', refuse.cancelled(plan.environment))
  if (journal.standing?.order === 'pause')
    throw new Interruption('pause', refuse.ordered(plan.environment, journal.standing))
}

/**
 * As {@link obeyPause}, and an order to abort or to yield. Who goes back yields to nobody: the release
 * that it takes away is bad by its own evidence. @throws Interruption `roll-back` or `pause`
 */
export function obeyOrders(run: RolloutRun): void {
  const { abort, journal, plan } = run
  if (abort.aborted) throw new Interruption('roll-back', refuse.aborted(plan.environment))
  if (journal.standing?.order === 'abort')
    throw new Interruption('roll-back', refuse.ordered(plan.environment, journal.standing))
  if (journal.standing?.order === 'yield')
    throw new Interruption('pause', refuse.ordered(plan.environment, journal.standing))
  obeyPause(run)
}

/** Sleeps one poll, or as long as is said; an order wakes it. */
export async function nextPoll(
  { clock, limits, signal, abort }: RolloutRun,
  pauseMs: number = limits.pollMs,
): Promise<void> {
  const woken = AbortSignal.any([signal, abort])
  await clock.sleep(pauseMs, woken).catch((error: unknown) => {
    if (!woken.aborted) throw error
  })
}
