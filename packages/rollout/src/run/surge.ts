import type { Observation } from '../fleet.ts'
import * as refuse from '../refusals.ts'
import type { SurgeOrder } from '../target.ts'
import { type Place, comparePlaces, placeName } from '../zone-capacity.ts'
import { Interruption } from './interruption.ts'
import type { RolloutRun } from './rollout-run.ts'
import { actAlive } from './waiting.ts'

/**
 * Brings a zone to `extra` units beyond its own, on the previous release: they add capacity and no
 * exposure, so that the canary stays one unit.
 * @throws Interruption `roll-back` when the engine cannot, `stop` on a stale token
 */
export async function bringSurge(run: RolloutRun, place: Place, extra: number): Promise<void> {
  const release = run.region.previous ?? run.plan.release
  const order: SurgeOrder = { region: place.region, zone: place.zone, extra }
  await run.journal.write([{ kind: 'surge-intended', ...order }])
  const outcome = await actAlive(run, (target, hand) =>
    target.surge === undefined
      ? Promise.resolve({ kind: 'refused', reason: 'this engine cannot surge' })
      : target.surge(order, release, hand),
  )
  if (outcome.kind === 'stale-token')
    throw new Interruption('stop', refuse.staleToken(run.token, outcome.newest))
  const why = outcome.kind === 'applied' ? null : outcome.reason
  run.journal.defer({ kind: 'surge-done', ...order, why })
  if (why !== null)
    throw new Interruption('roll-back', refuse.noCapacity(placeName(place), `no surge: ${why}`))
  const text = `${placeName(place)}: ${extra} units beyond its own`
  run.fleet.decide({ kind: 'batch', tone: 'plain', text })
}

/** Takes every unit away that a surge added, whoever added it. */
export async function endSurges(run: RolloutRun): Promise<void> {
  for (const place of surged(await run.fleet.look())) await bringSurge(run, place, 0)
}

/** Zones with units beyond their own. */
export function surged({ units }: Observation): Place[] {
  const places = units
    .filter((unit) => unit.surplus === true)
    .map(({ region, zone }) => ({ region, zone }))
  const known = new Map(places.map((place) => [placeName(place), place]))
  return [...known.values()].sort(comparePlaces)
}
