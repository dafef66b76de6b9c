import type { Observation, UnitObservation } from '../fleet.ts'
import type { Wave } from '../plan/plan.ts'
import { type Place, placeName } from '../zone-capacity.ts'
import { bakeWave } from './bake-wave.ts'
import { Interruption } from './interruption.ts'
import { testSideBySide } from './mixed-test.ts'
import { byPlace, isSettled, pick } from './next-batch.ts'
import { checkedLook, placeUnits } from './placing.ts'
import { type RolloutRun, plainRules } from './rollout-run.ts'
import { endSurges } from './surge.ts'

/**
 * Places the release in a region wave by wave and judges each wave before the next.
 * @param onFirstJudged told when the region's first bake is judged good: the next region may begin
 * @throws Interruption as soon as anything speaks against going on.
 */
export async function goForward(run: RolloutRun, onFirstJudged: () => void): Promise<void> {
  const { waves } = run.region
  const last = waves.length - 1
  const begun = new Set<string>()
  for (const [index, wave] of waves.entries()) {
    await refuseWave(run, wave, begun)
    run.fleet.phase = wave.name
    for (const stage of wave.stages) await placeStage(run, index, stage)
    if (index === last) await placeStragglers(run, index)
    if (index === 0) await testSideBySide(run)
    await bakeWave(run, index, wave)
    if (index === 0) onFirstJudged()
  }
  await placeStragglers(run, last)
  await endSurges(run, () => checkedLook(run))
}

/** Asks the shell whether this wave may begin: verdict, policy and calendar may have changed. */
async function refuseWave(run: RolloutRun, wave: Wave, begun: Set<string>): Promise<void> {
  const zones = wave.stages.filter((stage) => stage.units.length > 0).map(placeName)
  const newZone = zones.some((zone) => !begun.has(zone))
  for (const zone of zones) begun.add(zone)
  const findings = await run.mayGoOn({ region: run.region.region, wave: wave.name, newZone })
  if (findings.length > 0) throw new Interruption('pause', findings)
}

async function placeStage(
  run: RolloutRun,
  wave: number,
  stage: Wave['stages'][number],
): Promise<void> {
  const { evacuable } = run.region.waves[wave] ?? { evacuable: false }
  const later = run.region.waves
    .slice(wave + 1)
    .some((other) => other.stages.some((each) => placeName(each) === placeName(stage)))
  const rules = { ...plainRules(run), evacuable: evacuable ? run.plan.release : null }
  const wanted = (seen: Observation): readonly UnitObservation[] =>
    later ? pick(seen, stage.units) : unitsAt(seen, stage)
  await placeUnits(run, { ...stage, wave, rules, wanted })
}

/** All units that a zone has now: an autoscaler may have added some since the plan was made. */
const unitsAt = (seen: Observation, place: Place): readonly UnitObservation[] =>
  byPlace(seen.units.filter((unit) => placeName(unit) === placeName(place))).get(placeName(place))
    ?.units ?? []

/** Units that came back, or were added, on the old release while others were changed. */
async function placeStragglers(run: RolloutRun, wave: number): Promise<void> {
  const seen = await run.fleet.look()
  const late = seen.units.filter(
    (unit) => unit.surplus !== true && !isSettled(unit, run.plan.release),
  )
  for (const { place, units } of byPlace(late).values()) {
    const ids = units.map((unit) => unit.id)
    const rules = plainRules(run)
    await placeUnits(run, { ...place, wave, rules, wanted: (now) => pick(now, ids) })
  }
}
