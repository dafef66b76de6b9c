import type { CommitId, FencingToken, Finding } from '@bulkhead/vocabulary'
import type { Clock } from '@bulkhead/world'
import type { Observation, ShippedRelease, UnitId, UnitObservation } from './fleet.ts'
import type { FleetWatch, RolloutLimits } from './fleet-watch.ts'
import { Interruption } from './interruption.ts'
import type { BatchStep } from './journal.ts'
import type { JournalWriter } from './journal-writer.ts'
import { batchForbidden, isSettled, pick } from './next-batch.ts'
import type { Plan } from './plan.ts'
import * as refuse from './refusals.ts'
import type { StageOutcome } from './target.ts'

/** A rollout under way: its collaborators and what it has touched. */
export interface RolloutRun {
  readonly plan: Plan
  readonly token: FencingToken
  readonly journal: JournalWriter
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly limits: RolloutLimits
  readonly fleet: FleetWatch
  /** Units this rollout answers for: on the release at the start, or begun to be placed since. */
  readonly touched: Set<UnitId>
  /** How often a batch was begun on a unit, by direction and id. */
  readonly attempts: Map<string, number>
  /** The fleet before the first batch. */
  readonly start: ReadonlyMap<UnitId, UnitObservation>
  readonly startVersions: ReadonlySet<CommitId>
}

/** No unit is changed more often than this in one direction: a rollout must not oscillate. */
export const MOST_ATTEMPTS = 3

/** How one intended batch ended; only `done` has changed the fleet as wanted. */
export type StepOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'withdrawn'; readonly why: string }
  | { readonly kind: 'failed'; readonly finding: Finding }

/**
 * One batch from intent to seen outcome (law 8). The fleet is looked at again after the intent is on
 * record: an append may take seconds, and a zone may have died meanwhile.
 *
 * @throws Interruption `stop` on a stale token, drift or a failing journal.
 */
export async function carryOut(
  run: RolloutRun,
  step: BatchStep,
  release: ShippedRelease,
): Promise<StepOutcome> {
  await run.journal.write([{ kind: 'batch-intended', ...step }])
  const before = await run.fleet.look()
  refuseDrift(run, before)
  const why = batchForbidden(before, step.batch, run.plan.required)
  if (why !== undefined) return withdraw(run, step, why)
  const outcome = await run.fleet.apply({ ...step.batch, maxOut: step.batch.units.length }, release)
  if (outcome.kind === 'refused') return withdraw(run, step, outcome.reason)
  for (const id of step.batch.units) {
    if (step.direction === 'forward') run.touched.add(id)
    run.attempts.set(`${step.direction} ${id}`, attemptsOf(run, step.direction, id) + 1)
  }
  const finding = await seenOutcome(run, step, release, outcome)
  if (finding) {
    run.journal.defer({ kind: 'batch-failed', ...step, finding })
    return { kind: 'failed', finding }
  }
  run.journal.defer({ kind: 'batch-done', ...step })
  return { kind: 'done' }
}

export const attemptsOf = (
  run: RolloutRun,
  direction: BatchStep['direction'],
  id: UnitId,
): number => run.attempts.get(`${direction} ${id}`) ?? 0

/** Not begun: the fleet has lost capacity, or its engine will not do it now. Nothing was changed. */
function withdraw(run: RolloutRun, step: BatchStep, why: string): StepOutcome {
  run.journal.defer({ kind: 'batch-withdrawn', ...step, why })
  return { kind: 'withdrawn', why }
}

async function seenOutcome(
  run: RolloutRun,
  { batch }: BatchStep,
  release: ShippedRelease,
  outcome: Exclude<StageOutcome, { readonly kind: 'refused' }>,
): Promise<Finding | undefined> {
  if (outcome.kind === 'stale-token') {
    throw new Interruption('stop', refuse.staleToken(run.token, outcome.newest))
  }
  if (outcome.kind === 'applied') return awaitSettled(run, batch.units, release)
  return outcome.unit === null
    ? refuse.targetFailed(`${batch.region}/${batch.zone}`, outcome.reason)
    : refuse.unitNotHealthy(outcome.unit, outcome.reason)
}

/** Sees with its own eyes that the units are healthy and name the release as their build. */
async function awaitSettled(
  run: RolloutRun,
  units: readonly UnitId[],
  release: ShippedRelease,
): Promise<Finding | undefined> {
  const since = run.clock.monotonic()
  for (;;) {
    const seen = await run.fleet.look()
    const finding = unsettled(seen, units, release)
    if (!finding || run.clock.monotonic() - since >= run.limits.settleMs) return finding
    await run.clock.sleep(run.limits.pollMs)
  }
}

/** The first of these units that is not healthy on the release, as a finding. */
export function unsettled(
  seen: Observation,
  units: readonly UnitId[],
  release: ShippedRelease,
): Finding | undefined {
  const found = pick(seen, units)
  const bad = found.find((unit) => !isSettled(unit, release))
  if (bad?.health === 'healthy') return refuse.wrongVersion(bad.id, bad.version, release.commit)
  if (bad)
    return refuse.unitNotHealthy(
      bad.id,
      `is ${bad.health} on ${refuse.shortCommit(release.commit)}`,
    )
  const gone = units.find((id) => !found.some((unit) => unit.id === id))
  return gone === undefined
    ? undefined
    : refuse.unitNotHealthy(gone, 'is no longer named by the fleet')
}

/**
 * A unit on a build that neither this rollout placed nor the fleet ran at the start was changed by
 * another hand. Nothing more is touched then: the two would undo each other's work.
 */
export function refuseDrift(run: RolloutRun, seen: Observation): void {
  const { release, previous } = run.plan
  const strange = seen.units.find((unit) => {
    if (
      unit.version === null ||
      unit.version === release.commit ||
      unit.version === previous?.commit
    )
      return false
    const before = run.start.get(unit.id)
    return before ? before.version !== unit.version : !run.startVersions.has(unit.version)
  })
  if (!strange) return
  const was = run.touched.has(strange.id)
    ? release.commit
    : (run.start.get(strange.id)?.version ?? null)
  throw new Interruption('stop', refuse.drift(strange.id, was, strange.version))
}

/** A stop is obeyed at the edge of a batch, never inside one. */
export function refuseCancelled(run: RolloutRun): void {
  if (run.signal.aborted)
    throw new Interruption('roll-back', refuse.cancelled(run.plan.environment))
}

/** Sleeps one poll; a stop wakes it. */
export async function nextPoll(run: RolloutRun): Promise<void> {
  await run.clock.sleep(run.limits.pollMs, run.signal).catch((error: unknown) => {
    if (!run.signal.aborted) throw error
  })
}

/** A wait for capacity with a deadline; says once why it waits. */
export class CapacityWait {
  readonly #run: RolloutRun
  #since: number | undefined

  constructor(run: RolloutRun) {
    this.#run = run
  }

  /** Capacity is there again. */
  reset(): void {
    this.#since = undefined
  }

  /** Whether the wait has lasted too long; tells the reason when it begins. */
  isOver(reason: string): boolean {
    const now = this.#run.clock.monotonic()
    if (this.#since === undefined) {
      this.#since = now
      this.#run.fleet.decide({
        kind: 'frozen',
        tone: 'bad',
        text: `no unit may be taken out: ${reason}`,
      })
    }
    return now - this.#since >= this.#run.limits.capacityMs
  }
}
