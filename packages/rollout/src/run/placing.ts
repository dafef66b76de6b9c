import type { Observation, UnitObservation } from '../fleet.ts'
import * as refuse from '../refusals.ts'
import { type Place, placeName } from '../zone-capacity.ts'
import { carryOut } from './carry-out.ts'
import { Interruption } from './interruption.ts'
import { type BatchRules, type Wait, byPlace, isSettled, nextBatch } from './next-batch.ts'
import {
  MOST_ATTEMPTS,
  type RolloutRun,
  attemptsOf,
  nextPoll,
  obeyOrders,
  plainRules,
} from './rollout-run.ts'
import { bringSurge, endSurge } from './surge.ts'
import { wouldSurgeHelp } from './surge-sums.ts'
import { refuseDrift, refuseIll, returnedUnits } from './unit-checks.ts'
import { CapacityWait, SignsOfLife } from './waiting.ts'

/** Which units of one zone a stage is to bring to the release, told anew at every look. */
export interface Placing extends Place {
  readonly wave: number
  readonly rules: BatchRules
  readonly wanted: (seen: Observation) => readonly UnitObservation[]
}

/**
 * Brings the wanted units of one zone to the release, batch by batch, each by a fresh look.
 * @throws Interruption as soon as anything speaks against going on.
 */
export async function placeUnits(run: RolloutRun, placing: Placing): Promise<void> {
  const wait = new CapacityWait(run)
  const life = new SignsOfLife(run)
  let lifts = 0
  for (;;) {
    const seen = await checkedLook(run)
    if (await reconcile(run, placing.wave, seen)) continue
    const open = placing.wanted(seen).filter((unit) => needsPlacing(run, unit))
    if (open.length === 0) break
    const held = await placeSome(run, placing, seen, open)
    if (held === undefined) wait.reset()
    else if (lifts < MOST_ATTEMPTS && held.why !== 'engine' && mayLift(run, placing, seen, open)) {
      lifts += 1
      await bringSurge(run, placing, held.reason)
    } else if (wait.isOver(held)) throw waitedTooLong(placing, held)
    else {
      life.beat()
      await nextPoll(run, wait.pauseMs(held))
    }
  }
  await endSurge(run, placing, () => checkedLook(run))
}

/** A look at the fleet, after which nothing speaks against going on. */
export async function checkedLook(run: RolloutRun): Promise<Observation> {
  const seen = await run.fleet.look()
  obeyOrders(run)
  refuseDrift(run, seen)
  refuseIll(run, seen)
  return seen
}

/**
 * Places units again that came back on the previous release, before anything else is begun. Where the
 * zone law forbids it they wait: capacity outranks purity of version.
 * @returns whether it changed anything
 */
export async function reconcile(
  run: RolloutRun,
  wave: number,
  seen: Observation,
): Promise<boolean> {
  const [zone] = byPlace(returnedUnits(run, seen)).values()
  if (!zone) return false
  const { place, units } = zone
  const placing = { ...place, wave, rules: plainRules(run), wanted: () => units }
  return (await placeSome(run, placing, seen, units)) === undefined
}

/** Units are added where the sums allow nothing, and only if they change that. */
const mayLift = (
  { plan }: RolloutRun,
  { rules, ...place }: Placing,
  seen: Observation,
  open: readonly UnitObservation[],
): boolean => wouldSurgeHelp(seen, place, open, { rules, most: plan.surge })

const needsPlacing = (run: RolloutRun, unit: UnitObservation): boolean =>
  unit.surplus !== true && !isSettled(unit, run.plan.release)

function waitedTooLong(place: Place, { why, reason }: Wait): Interruption {
  return why === 'shifted'
    ? new Interruption('pause', refuse.heldByShift(placeName(place), reason))
    : new Interruption('roll-back', refuse.noCapacity(placeName(place), reason))
}

async function placeSome(
  run: RolloutRun,
  placing: Placing,
  seen: Observation,
  open: readonly UnitObservation[],
): Promise<Wait | undefined> {
  refuseOscillation(run, open)
  const next = nextBatch(seen, placing, eligible(run, open), placing.rules)
  if (next.kind === 'wait') return next.wait
  const { batch } = next
  if (batch.units.length === 0)
    return { why: 'capacity', reason: `units of ${placeName(batch)} were lost during the rollout` }
  const step = { wave: placing.wave, batch, direction: 'forward' } as const
  const outcome = await carryOut(run, step, run.plan.release, placing.rules)
  if (outcome.kind === 'failed') throw new Interruption('roll-back', outcome.finding)
  if (outcome.kind === 'withdrawn') return outcome.wait
  run.fleet.decide({ kind: 'batch', tone: 'plain', text: `placed ${batch.units.join(', ')}` })
  return undefined
}

/**
 * Healthy units, those that this rollout made unhealthy, and those that were down before it began. A
 * unit that died meanwhile waits for its zone: a lost zone is restored, not used for placing a release.
 */
const eligible = (run: RolloutRun, open: readonly UnitObservation[]): UnitObservation[] =>
  open.filter(
    (unit) =>
      unit.health === 'healthy' ||
      run.touched.has(unit.id) ||
      run.start.get(unit.id)?.health !== 'healthy',
  )

function refuseOscillation(run: RolloutRun, open: readonly UnitObservation[]): void {
  const tired = open.find((unit) => attemptsOf(run, 'forward', unit.id) >= MOST_ATTEMPTS)
  if (!tired) return
  throw new Interruption(
    'roll-back',
    refuse.unitNotHealthy(tired.id, `did not stay on the release in ${MOST_ATTEMPTS} attempts`),
  )
}
