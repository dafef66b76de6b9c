import type { Finding } from '@bulkhead/vocabulary'
import type { Observation, ShippedRelease, UnitId, UnitObservation } from '../fleet.ts'
import * as refuse from '../refusals.ts'
import { placeName } from '../zone-capacity.ts'
import { Interruption } from './interruption.ts'
import { isSettled, pick } from './next-batch.ts'
import type { RolloutRun } from './rollout-run.ts'

/** The first of these units that is not healthy on the release, as a finding. */
export function unsettled(
  seen: Observation,
  units: readonly UnitId[],
  release: ShippedRelease,
): Finding | undefined {
  const found = pick(seen, units)
  const bad = found.find((unit) => !isSettled(unit, release))
  if (bad) return illness(bad, release)
  const gone = units.find((id) => !found.some((unit) => unit.id === id))
  return gone === undefined
    ? undefined
    : refuse.unitNotHealthy(gone, 'is no longer named by the fleet')
}

const illness = (unit: UnitObservation, release: ShippedRelease): Finding =>
  unit.health === 'healthy'
    ? refuse.wrongVersion(unit.id, unit.version, release.commit)
    : refuse.unitNotHealthy(unit.id, `is ${unit.health} on ${refuse.shortCommit(release.commit)}`)

/**
 * A placed unit that is not well any more speaks against the release. One that is gone does not, nor
 * one whose whole zone is down (the zone died), nor one that came back on the previous release: that
 * one is placed again, see {@link returnedUnits}.
 * @throws Interruption `roll-back`
 */
export function refuseIll(run: RolloutRun, seen: Observation): void {
  const { release } = run.plan
  const ill = pick(seen, [...run.placed]).find(
    (unit) => !isSettled(unit, release) && !hasReturned(run, unit) && !isZoneLost(seen, unit),
  )
  if (ill) throw new Interruption('roll-back', illness(ill, release))
}

/** Units that were placed and are healthy on the previous release: their zone came back as it was. */
export const returnedUnits = (run: RolloutRun, seen: Observation): UnitObservation[] =>
  pick(seen, [...run.placed]).filter((unit) => hasReturned(run, unit))

const hasReturned = ({ region }: RolloutRun, unit: UnitObservation): boolean =>
  region.previous !== null && isSettled(unit, region.previous)

/** Several units and none of them healthy: that is a zone's failure, not one unit's. */
function isZoneLost(seen: Observation, { health, ...place }: UnitObservation): boolean {
  if (health === 'healthy') return false
  const zone = seen.units.filter((unit) => placeName(unit) === placeName(place))
  return zone.length > 1 && zone.every((unit) => unit.health !== 'healthy')
}

/**
 * A unit on a build that neither this rollout placed nor the fleet ran at the start was changed by
 * another hand. Nothing more is touched then: the two would undo each other's work.
 * @throws Interruption `stop`
 */
export function refuseDrift(run: RolloutRun, seen: Observation): void {
  const { release } = run.plan
  const ours = new Set([release.commit, run.region.previous?.commit])
  const strange = seen.units.find((unit) => {
    if (unit.version === null || ours.has(unit.version)) return false
    const before = run.start.get(unit.id)
    return before ? before.version !== unit.version : !run.startVersions.has(unit.version)
  })
  if (!strange) return
  const was = run.touched.has(strange.id)
    ? release.commit
    : (run.start.get(strange.id)?.version ?? null)
  throw new Interruption('stop', refuse.drift(strange.id, was, strange.version))
}
