import type { Finding } from '@bulkhead/vocabulary'
import type { Batch, Observation, ShippedRelease, UnitId, UnitObservation } from '../fleet.ts'
import type { PlannedStage } from '../plan/plan.ts'
import * as refuse from '../refusals.ts'
import type { Place } from '../zone-capacity.ts'
import { carryOut } from './carry-out.ts'
import { Interruption } from './interruption.ts'
import { type Wait, byPlace, isSettled, nextBatch } from './next-batch.ts'
import { MOST_ATTEMPTS, type RolloutRun, attemptsOf, obeyPause, plainRules } from './rollout-run.ts'
import { bringSurge, endSurges } from './surge.ts'
import { wouldSurgeHelp } from './surge-sums.ts'
import { refuseDrift } from './unit-checks.ts'
import { CapacityWait, SignsOfLife } from './waiting.ts'

/**
 * Restores the previous release, batch by batch, under the same zone law as the way forward. Units
 * that are down come first and cost nothing: capacity outranks purity of version. Units that this
 * rollout never touched but that died meanwhile are repaired last, or when the zone law forbids
 * everything else, as far as they let themselves.
 *
 * @returns what could not be restored; empty when every changed unit is back.
 * @throws Interruption `stop` on a stale token or a failing journal, `pause` when told to.
 */
export async function rollBack(
  run: RolloutRun,
  previous: ShippedRelease,
): Promise<readonly Finding[]> {
  const wait = new CapacityWait(run)
  const life = new SignsOfLife(run)
  const failures = new Map<UnitId, string>()
  let lifts = 0
  run.fleet.phase = 'rolling back'
  for (;;) {
    const seen = await lookOn(run)
    const tired = tiredOut(run, seen, previous, failures)
    if (tired) return [tired]
    const next = nextStep(run, seen, previous)
    if (next.kind === 'restored') break
    const held =
      next.kind === 'wait' ? next.wait : await restore(run, next.batch, previous, failures)
    const mayLift = held !== undefined && held.why !== 'engine' && lifts < MOST_ATTEMPTS
    const lift = mayLift ? zoneToLift(run, seen, previous) : undefined
    if (held === undefined) wait.reset()
    else if (lift !== undefined) {
      lifts += 1
      await bringSurge(run, lift, held.reason)
    } else if (wait.isOver(held)) return overdue(run, held)
    else {
      life.beat()
      await run.clock.sleep(wait.pauseMs(held))
    }
  }
  await endSurges(run, () => lookOn(run))
  return leftOver(run, await run.fleet.look(), previous)
}

/** A look at the fleet, after which nothing speaks against going on with going back. */
async function lookOn(run: RolloutRun): Promise<Observation> {
  const seen = await run.fleet.look()
  obeyPause(run)
  refuseDrift(run, seen)
  return seen
}

/** The first zone that could be gone on with if units were added to it; they run the previous release. */
function zoneToLift(
  run: RolloutRun,
  seen: Observation,
  previous: ShippedRelease,
): Place | undefined {
  const open = seen.units.filter((unit) => needsRestoring(run, unit, previous))
  const sums = { rules: plainRules(run), most: run.plan.surge }
  return [...byPlace(open).values()].find(({ place, units }) =>
    wouldSurgeHelp(seen, place, units, sums),
  )?.place
}

function overdue({ plan }: RolloutRun, { why, reason }: Wait): readonly Finding[] {
  if (why === 'shifted')
    throw new Interruption('pause', refuse.heldByShift(plan.environment, reason))
  return [refuse.rollbackFailed(plan.environment, `capacity did not come back: ${reason}`)]
}

/** Tried often enough: a rollback must not oscillate either. */
const isTired = (run: RolloutRun, unit: UnitObservation): boolean =>
  attemptsOf(run, 'back', unit.id) >= MOST_ATTEMPTS

function tiredOut(
  run: RolloutRun,
  seen: Observation,
  previous: ShippedRelease,
  failures: ReadonlyMap<UnitId, string>,
): Finding | undefined {
  const tired = seen.units.find(
    (unit) => isTired(run, unit) && isOurs(run, unit) && !isSettled(unit, previous),
  )
  return (
    tired &&
    refuse.rollbackFailed(
      tired.id,
      failures.get(tired.id) ?? 'did not stay on the previous release',
    )
  )
}

type Step = ReturnType<typeof nextBatch> | { readonly kind: 'restored' }

function nextStep(run: RolloutRun, seen: Observation, previous: ShippedRelease): Step {
  const open = seen.units.filter(
    (unit) => needsRestoring(run, unit, previous) && !isTired(run, unit),
  )
  const isDown = (unit: UnitObservation) => unit.health !== 'healthy'
  const ours = open.filter((unit) => isOurs(run, unit))
  const groups = [
    ours.filter(isDown),
    ours.filter((unit) => !isDown(unit)),
    open.filter((unit) => !ours.includes(unit)),
  ]
  const answers = groups
    .flatMap((group) => [...byPlace(group).values()])
    .map(({ place, units }) => nextBatch(seen, place, units, plainRules(run)))
  return answers.find((answer) => answer.kind === 'batch') ?? answers[0] ?? { kind: 'restored' }
}

/** On the release, or changed and not back yet, or alive at the start and dead now. */
function needsRestoring(run: RolloutRun, unit: UnitObservation, previous: ShippedRelease): boolean {
  if (isSettled(unit, previous) || unit.surplus === true) return false
  if (isOurs(run, unit)) return true
  return unit.health !== 'healthy' && run.start.get(unit.id)?.health === 'healthy'
}

/**
 * A unit whose state this rollout answers for; one that merely died beside it is not. What a rollout
 * before it had placed, and was overtaken by this one, is: nobody else would ever take it back.
 */
const isOurs = (run: RolloutRun, unit: UnitObservation): boolean =>
  unit.surplus !== true &&
  (run.touched.has(unit.id) ||
    (unit.version !== null && unit.version !== run.region.previous?.commit))

/** Restores a batch, or notes why its units failed; the reason when it may not begin now. */
async function restore(
  run: RolloutRun,
  batch: Batch,
  previous: ShippedRelease,
  failures: Map<UnitId, string>,
): Promise<Wait | undefined> {
  const step = { wave: waveOf(run, batch), batch, direction: 'back' } as const
  const outcome = await carryOut(run, step, previous, plainRules(run))
  if (outcome.kind === 'withdrawn') return outcome.wait
  if (outcome.kind === 'failed')
    for (const id of batch.units) failures.set(id, outcome.finding.message)
  else
    run.fleet.decide({ kind: 'batch', tone: 'plain', text: `restored ${batch.units.join(', ')}` })
  return undefined
}

/** The wave that placed these units; the first for units that were on the release before. */
function waveOf({ region }: RolloutRun, batch: Batch): number {
  const holds = (stage: PlannedStage) => stage.units.some((id) => batch.units.includes(id))
  return Math.max(
    0,
    region.waves.findIndex((wave) => wave.stages.some(holds)),
  )
}

/** Whether anything this rollout answers for is still not on the previous release. */
function leftOver(run: RolloutRun, seen: Observation, previous: ShippedRelease): Finding[] {
  return seen.units
    .filter((unit) => !isSettled(unit, previous) && isOurs(run, unit))
    .map((unit) =>
      refuse.rollbackFailed(unit.id, `is ${unit.health} on ${refuse.shortCommit(unit.version)}`),
    )
}
