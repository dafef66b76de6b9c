import { type Finding, counted } from '@bulkhead/vocabulary'
import type { Batch, Observation, UnitObservation } from '../fleet.ts'
import { forwardOnly } from '../migration-refusals.ts'
import * as refuse from '../refusals.ts'
import { placeName, weightOfAll } from '../zone-capacity.ts'
import { Interruption } from './interruption.ts'
import { byPlace, nextBatch } from './next-batch.ts'
import { type RolloutRun, plainRules } from './rollout-run.ts'
import { tidyUp } from './surge.ts'
import { actAlive } from './waiting.ts'

/** A release that is bad and cannot be taken back stands where it is, until the next one comes. */
export interface Held {
  readonly result: 'paused' | 'stopped'
  readonly findings: readonly Finding[]
}

/**
 * Holds a release that a contract migration keeps from going back: its units leave the traffic as far
 * as the zone law allows, so that users are served by what is good. The lease is given back, for the
 * way out is another release.
 */
export async function holdForward(run: RolloutRun, causes: readonly Finding[]): Promise<Held> {
  try {
    const held = forwardOnly(run.region, await setAside(run))
    return { result: 'paused', findings: [...causes, held, ...(await tidyUp(run))] }
  } catch (error) {
    if (!(error instanceof Interruption)) throw error
    const unknown = forwardOnly(run.region, `Where its traffic goes is not known: ${error.message}`)
    return {
      result: error.kind === 'stop' ? 'stopped' : 'paused',
      findings: [...causes, unknown, ...error.findings],
    }
  }
}

/** @returns what became of its traffic, as a sentence */
async function setAside(run: RolloutRun): Promise<string> {
  run.fleet.phase = 'held: no way back'
  const first = await run.fleet.look()
  const bad = inTraffic(run, first)
  const old = weightOfAll(first.units.filter((unit) => isWell(unit) && !isNew(run, unit)))
  if (bad.length > 0 && old < run.region.required)
    return `Its ${counted(bad.length, 'unit stays', 'units stay')} in traffic: the release before carries ${old}, ${run.region.required} are required.`
  const refusals: string[] = []
  for (const { place, units } of byPlace(bad).values()) {
    // Engines that change zones whole are told how far they may go; a drain is of exactly these units.
    const rules = { ...plainRules(run), selects: 'units' } as const
    const next = nextBatch(await run.fleet.look(), place, units, rules)
    const why = next.kind === 'wait' ? next.wait.reason : await drain(run, next.batch)
    if (why !== null) refusals.push(`${placeName(place)}: ${why}`)
  }
  const left = inTraffic(run, await run.fleet.look()).length
  const out = `${bad.length - left} of its ${counted(bad.length, 'unit was', 'units were')} taken out of traffic`
  return left === 0 ? `${out}.` : `${out}; the others serve on${because(refusals)}.`
}

const because = (refusals: readonly string[]): string =>
  refusals.length === 0 ? ', for the zone law needs them' : ` (${refusals.join('; ')})`

const isWell = (unit: UnitObservation): boolean => unit.health === 'healthy'

const isNew = ({ touched, region }: RolloutRun, unit: UnitObservation): boolean =>
  touched.has(unit.id) && unit.version !== region.previous?.commit

const inTraffic = (run: RolloutRun, { units }: Observation): readonly UnitObservation[] =>
  units.filter((unit) => isWell(unit) && isNew(run, unit))

/** @returns why they still serve, or null */
async function drain(run: RolloutRun, batch: Batch): Promise<string | null> {
  await run.journal.write([{ kind: 'aside-intended', batch }])
  const outcome = await actAlive(run, (target, hand) => target.drain(batch, hand))
  if (outcome.kind === 'stale-token')
    throw new Interruption('stop', refuse.staleToken(run.token, outcome.newest))
  const why = outcome.kind === 'applied' ? null : outcome.reason
  run.journal.defer({ kind: 'aside-done', batch, why })
  if (why === null) {
    const text = `out of traffic: ${batch.units.join(', ')}`
    run.fleet.decide({ kind: 'batch', tone: 'bad', text })
  }
  return why
}
