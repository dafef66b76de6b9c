import type { Observation, ShippedRelease, StageOutcome, UnitObservation } from '@bulkhead/rollout'
import { type Trial, expectApplied, isOn, placeOf } from './bed.ts'
import { agree } from './disagreement.ts'
import { underUsers } from './users.ts'

/** Adds one unit to a zone, lets a unit of its own be replaced meanwhile, and takes it away again. */
export async function surgesAndReturns(trial: Trial): Promise<void> {
  const { target, topology, bed } = trial
  const [first, second] = bed.releases
  await target.stage(second.artifact, trial.holder())
  const stage = await trial.smallStage()
  const surge = (extra: number, hand = trial.hand()) =>
    target.surge({ ...placeOf(stage), extra }, first.release, hand)
  refused(await surge(topology.surge + 1), `${topology.surge + 1} units beyond a zone's own`)
  if (topology.surge === 0) return
  await underUsers(trial, async () => {
    const out = await trial.mostOutDuring(async () => {
      for (let time = 0; time < 2; time += 1)
        expectApplied(await surge(1), 'a surge, also of what is there')
    })
    agree(out === 0, `${out} units of the zone's own were out while one was added`)
    expectSurplus(await target.observe(), first.release, 1)
    await olderRefused(trial, () => surge(0, trial.oldHand()))
    expectApplied(await target.apply(stage, second.release, trial.hand()), 'an apply beside it')
    expectSurplus(await target.observe(), first.release, 1)
    for (let time = 0; time < 2; time += 1)
      expectApplied(await surge(0), 'the end of a surge, also where there is none')
  })
  expectSurplus(await target.observe(), first.release, 0)
  const places = (await target.topology()).units.length
  agree(places === topology.units.length, `after a surge the topology names ${places} units`)
  await cancelledSurge(trial)
}

/** A surge that was cancelled beforehand adds nothing; one that was begun can be taken back. */
async function cancelledSurge(trial: Trial): Promise<void> {
  const [{ release }] = trial.bed.releases
  const place = placeOf(await trial.smallStage())
  const beforehand = await trial.target
    .surge({ ...place, extra: 1 }, release, trial.hand(AbortSignal.abort()))
    .catch(() => undefined)
  agree(beforehand?.kind !== 'applied', 'a surge that was cancelled beforehand was carried out')
  const cancelled = new AbortController()
  await trial.target.surge({ ...place, extra: 1 }, release, {
    ...trial.hand(cancelled.signal),
    onProgress: () => cancelled.abort(),
  })
  expectApplied(
    await trial.target.surge({ ...place, extra: 0 }, release, trial.hand()),
    'the end of a surge that was cancelled',
  )
  expectSurplus(await trial.target.observe(), release, 0)
}

const surplusOf = ({ units }: Observation): readonly UnitObservation[] =>
  units.filter((unit) => unit.surplus === true)

function expectSurplus(seen: Observation, release: ShippedRelease, count: number): void {
  const beyond = surplusOf(seen)
  agree(
    beyond.length === count && beyond.every((unit) => isOn(unit, release)),
    `${count} units beyond the zone's own, healthy on the first release, were not seen: ${JSON.stringify(beyond)}`,
  )
}

async function olderRefused(trial: Trial, act: () => Promise<StageOutcome>): Promise<void> {
  trial.newHand()
  expectApplied(await trial.target.restore(await trial.smallStage(), trial.hand()), 'a restore')
  const { kind } = await act()
  agree(kind === 'stale-token', `a surge of an older token ended as ${kind}`)
}

export const refused = ({ kind }: StageOutcome, what: string): void =>
  agree(kind === 'refused', `${what} ended as ${kind}, not as refused`)
