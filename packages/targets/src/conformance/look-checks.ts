import { type Trial, isOn, placeOf } from './bed.ts'
import { agree } from './disagreement.ts'

export async function placesAndSees({ target, topology }: Trial): Promise<void> {
  const places = new Map(topology.units.map((unit) => [unit.id, unit]))
  agree(places.size > 0, 'the topology names no unit')
  agree(places.size === topology.units.length, 'the topology names a unit twice')
  const { units } = await target.observe()
  agree(new Set(units.map((unit) => unit.id)).size === units.length, 'a unit is observed twice')
  agree(
    topology.selects !== 'units' || units.length === places.size,
    `the topology names ${places.size} units, ${units.length} are observed`,
  )
  // Where the engine picks for itself, replaced units may have new ids: then zones are compared.
  const zones = new Set(topology.units.map((unit) => JSON.stringify(placeOf(unit))))
  for (const unit of units) {
    const known = topology.selects === 'units' ? places.get(unit.id) : unit
    agree(
      known !== undefined && zones.has(JSON.stringify(placeOf(unit))),
      `unit ${unit.id} is observed where the topology has none`,
    )
  }
}

export async function looksByScope({ target }: Trial): Promise<void> {
  const { units } = await target.observe()
  for (const [first] of Map.groupBy(units, (unit) => JSON.stringify(placeOf(unit))).values()) {
    if (first === undefined) continue
    for (const scope of [{ region: first.region }, placeOf(first)]) {
      const part = await target.observe(scope)
      const wanted = units.filter(
        (unit) => unit.region === scope.region && (!('zone' in scope) || unit.zone === scope.zone),
      )
      const ids = (all: readonly { readonly id: string }[]) => all.map(({ id }) => id).sort()
      agree(
        JSON.stringify(ids(part.units)) === JSON.stringify(ids(wanted)),
        `observe(${JSON.stringify(scope)}) names other units than observe() does there`,
      )
    }
  }
}

export async function saysWhatUnitsSay(trial: Trial): Promise<void> {
  const [first, second] = trial.bed.releases
  const stage = await trial.smallStage()
  await trial.target.stage(second.artifact, trial.holder())
  const steps: string[] = []
  const outcome = await trial.target.apply(stage, second.release, {
    ...trial.hand(),
    onProgress: ({ note }) => steps.push(note),
  })
  agree(outcome.kind === 'applied', `the apply ended as ${JSON.stringify(outcome)}`)
  agree(steps.length > 0, 'an apply that changed a unit reported no progress')
  const { units } = await trial.seen(
    `${stage.units.length} units on the second release, the others on the first`,
    (seen) =>
      seen.units.filter((unit) => isOn(unit, second.release)).length === stage.units.length &&
      seen.units.filter((unit) => isOn(unit, first.release)).length ===
        seen.units.length - stage.units.length,
  )
  const changed = units.filter((unit) => isOn(unit, second.release))
  agree(
    changed.every((unit) => unit.region === stage.region && unit.zone === stage.zone),
    'a unit of another zone than the stage names was changed',
  )
  if (trial.topology.selects !== 'units') return
  const wanted = new Set(stage.units)
  agree(
    changed.every((unit) => wanted.has(unit.id)),
    'another unit than the stage names was changed',
  )
}
