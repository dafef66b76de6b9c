import type { Finding } from '@bulkhead/vocabulary'
import type { Batch, Observation, ShippedRelease, UnitId, UnitObservation } from './fleet.ts'
import { byPlace, isSettled, nextBatch, pick } from './next-batch.ts'
import * as refuse from './refusals.ts'
import {
  CapacityWait,
  MOST_ATTEMPTS,
  type RolloutRun,
  attemptsOf,
  carryOut,
  refuseDrift,
} from './rollout-run.ts'

/**
 * Restores the previous release, batch by batch, under the same zone law as the way forward. Units
 * that are down come first and cost nothing: capacity outranks purity of version. Units that this
 * rollout never touched but that died meanwhile are repaired last, or when the zone law forbids
 * everything else, as far as they let themselves.
 *
 * @returns what could not be restored; empty when every changed unit is back.
 * @throws Interruption `stop` on a stale token or a failing journal.
 */
export async function rollBack(
  run: RolloutRun,
  previous: ShippedRelease,
): Promise<readonly Finding[]> {
  const wait = new CapacityWait(run)
  const givenUp = new Set<UnitId>()
  run.fleet.phase = 'rolling back'
  for (;;) {
    const seen = await run.fleet.look()
    refuseDrift(run, seen)
    const next = nextStep(run, seen, previous, givenUp)
    if (next.kind === 'restored') return leftOver(run, seen, previous)
    if (next.kind === 'wait') {
      if (wait.isOver(next.reason))
        return [
          refuse.rollbackFailed(run.plan.environment, `capacity did not come back: ${next.reason}`),
        ]
      await run.clock.sleep(run.limits.pollMs)
      continue
    }
    wait.reset()
    const failed = await restore(run, next.batch, previous)
    if (!failed) continue
    const tired = next.batch.units.filter((id) => attemptsOf(run, 'back', id) >= MOST_ATTEMPTS)
    for (const id of tired) givenUp.add(id)
    const lost = pick(seen, tired).find((unit) => isOurs(run, unit))
    if (lost) return [refuse.rollbackFailed(lost.id, failed.message)]
  }
}

type Step =
  | { readonly kind: 'batch'; readonly batch: Batch }
  | { readonly kind: 'wait'; readonly reason: string }
  | { readonly kind: 'restored' }

function nextStep(
  run: RolloutRun,
  seen: Observation,
  previous: ShippedRelease,
  givenUp: ReadonlySet<UnitId>,
): Step {
  const open = seen.units.filter(
    (unit) => needsRestoring(run, unit, previous) && !givenUp.has(unit.id),
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
    .map(({ place, units }) => nextBatch(seen, place, units, run.plan.required))
  return answers.find((answer) => answer.kind === 'batch') ?? answers[0] ?? { kind: 'restored' }
}

/** On the release, or changed and not back yet, or alive at the start and dead now. */
function needsRestoring(run: RolloutRun, unit: UnitObservation, previous: ShippedRelease): boolean {
  if (isSettled(unit, previous)) return false
  if (isOurs(run, unit)) return true
  return unit.health !== 'healthy' && run.start.get(unit.id)?.health === 'healthy'
}

/** A unit whose state this rollout answers for; one that merely died beside it is not. */
const isOurs = (run: RolloutRun, unit: UnitObservation): boolean =>
  run.touched.has(unit.id) || unit.version === run.plan.release.commit

async function restore(
  run: RolloutRun,
  batch: Batch,
  previous: ShippedRelease,
): Promise<Finding | undefined> {
  const wave = Math.max(
    0,
    run.plan.waves.findIndex((each) =>
      each.stages.some((stage) => stage.units.some((id) => batch.units.includes(id))),
    ),
  )
  const outcome = await carryOut(run, { wave, batch, direction: 'back' }, previous)
  if (outcome.kind === 'withdrawn') {
    await run.clock.sleep(run.limits.pollMs)
    return undefined
  }
  if (outcome.kind === 'failed') return outcome.finding
  run.fleet.decide({ kind: 'batch', tone: 'plain', text: `restored ${batch.units.join(', ')}` })
  return undefined
}

/** Whether anything this rollout answers for is still not on the previous release. */
function leftOver(run: RolloutRun, seen: Observation, previous: ShippedRelease): Finding[] {
  return seen.units
    .filter((unit) => !isSettled(unit, previous) && isOurs(run, unit))
    .map((unit) =>
      refuse.rollbackFailed(unit.id, `is ${unit.health} on ${refuse.shortCommit(unit.version)}`),
    )
}
