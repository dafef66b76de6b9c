import type { Finding } from '@bulkhead/vocabulary'
import type { Observation } from '../fleet.ts'
import * as refuse from '../refusals.ts'
import type { StageOutcome, SurgeOrder } from '../target.ts'
import { type Place, comparePlaces, placeName } from '../zone-capacity.ts'
import { Interruption } from './interruption.ts'
import type { Wait } from './next-batch.ts'
import { type RolloutRun, nextPoll } from './rollout-run.ts'
import { surplusAt, surplusNeeded } from './surge-sums.ts'
import { CapacityWait, SignsOfLife, actAlive } from './waiting.ts'

/**
 * Brings a zone to as many units beyond its own as the plan allows, on the previous release: they add
 * capacity and no exposure, so that the canary stays one unit.
 * @throws Interruption `roll-back` when the engine cannot, `stop` on a stale token
 */
export async function bringSurge(run: RolloutRun, place: Place, sums: string): Promise<void> {
  const extra = run.plan.surge
  const why = whyNot(await orderSurge(run, { ...placeOf(place), extra }))
  if (why !== undefined)
    throw new Interruption(
      'roll-back',
      refuse.noCapacity(placeName(place), `${sums}; no surge: ${why.reason}`),
    )
  const count = extra === 1 ? 'one unit' : `${extra} units`
  say(run, `${placeName(place)}: ${count} beyond its own, because ${sums}`)
}

/**
 * Takes away what a surge added to a zone, whoever added it, as soon as the sums hold without it.
 * @param look at the fleet, throwing whatever speaks against waiting on
 * @throws Interruption `pause` when the engine does not take them away, `stop` on a stale token
 */
export async function endSurge(
  run: RolloutRun,
  place: Place,
  look: () => Promise<Observation>,
): Promise<void> {
  const wait = new CapacityWait(run)
  const life = new SignsOfLife(run)
  for (;;) {
    const held = await takeAway(run, place, await look())
    if (held === undefined) return
    if (wait.isOver(held))
      throw new Interruption('pause', refuse.surgeLeft(placeName(place), held.reason))
    life.beat()
    await nextPoll(run, wait.pauseMs(held))
  }
}

/** As {@link endSurge}, in every zone that has units beyond its own. */
export async function endSurges(run: RolloutRun, look: () => Promise<Observation>): Promise<void> {
  for (const place of surged(await look())) await endSurge(run, place, look)
}

/**
 * At a pause: takes away what the sums and the engine let go at once. What stays is taken away by
 * whoever goes on.
 */
async function endSurgesNow(run: RolloutRun): Promise<void> {
  for (const place of surged(await run.fleet.look()))
    await takeAway(run, place, await run.fleet.look())
}

/** A rollout that stands still leaves no unit behind that it added, as far as that takes no waiting. */
export async function tidyUp(run: RolloutRun): Promise<readonly Finding[]> {
  try {
    await endSurgesNow(run)
    return []
  } catch (error) {
    if (!(error instanceof Interruption)) throw error
    return error.findings
  }
}

/** @returns why it could not be done now */
async function takeAway(
  run: RolloutRun,
  place: Place,
  seen: Observation,
): Promise<Wait | undefined> {
  if (surplusAt(seen, place).length === 0) return undefined
  const needed = surplusNeeded(seen, place, run.region.required)
  if (needed) return needed
  const held = whyNot(await orderSurge(run, { ...placeOf(place), extra: 0 }))
  if (held === undefined) say(run, `${placeName(place)}: no unit beyond its own any more`)
  return held
}

async function orderSurge(run: RolloutRun, order: SurgeOrder): Promise<StageOutcome> {
  const release = run.region.previous ?? run.plan.release
  await run.journal.write([{ kind: 'surge-intended', ...order }])
  const outcome = await actAlive(run, (target, hand) => target.surge(order, release, hand))
  if (outcome.kind === 'stale-token')
    throw new Interruption('stop', refuse.staleToken(run.token, outcome.newest))
  run.journal.defer({ kind: 'surge-done', ...order, why: whyNot(outcome)?.reason ?? null })
  return outcome
}

const whyNot = (outcome: StageOutcome): Wait | undefined =>
  outcome.kind === 'refused' || outcome.kind === 'failed'
    ? { why: 'engine', reason: outcome.reason }
    : undefined

const placeOf = ({ region, zone }: Place): Place => ({ region, zone })

const say = (run: RolloutRun, text: string): void =>
  run.fleet.decide({ kind: 'surge', tone: 'plain', text })

/** Zones with units beyond their own. */
function surged({ units }: Observation): Place[] {
  const places = units.filter((unit) => unit.surplus === true).map(placeOf)
  const known = new Map(places.map((place) => [placeName(place), place]))
  return [...known.values()].sort(comparePlaces)
}
