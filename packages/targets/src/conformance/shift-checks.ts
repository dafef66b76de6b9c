import type { Observation, Place } from '@bulkhead/rollout'
import { type Trial, expectApplied, isOn, placeOf } from './bed.ts'
import { agree } from './disagreement.ts'
import { refused } from './surge-checks.ts'
import { servedMeanwhile, underUsers } from './users.ts'

/** Takes a zone's traffic away, changes the zone under it, and gives it back. */
export async function shiftsAndReturns(trial: Trial): Promise<void> {
  const { target, topology, bed } = trial
  const [first, second] = bed.releases
  const [zone] = await trial.stages(1)
  const shift = (away: boolean, hand = trial.hand()) =>
    target.shift({ ...placeOf(zone), away }, hand)
  if (!topology.shifts) return refused(await shift(true), 'a shift by a target that cannot shift')
  await target.stage(second.artifact, trial.holder())
  await underUsers(trial, async () => {
    for (let time = 0; time < 2; time += 1)
      expectApplied(await shift(true), 'a shift, also of what is away')
    await staysAway(trial, zone, 'after a shift')
    expectApplied(await target.apply(zone, second.release, trial.hand()), 'an apply to it')
    await staysAway(trial, zone, 'after its units were placed anew')
    const { units } = await target.observe(placeOf(zone))
    agree(
      units.every((unit) => isOn(unit, second.release)),
      'units of a shifted zone are not observed as healthy as they are',
    )
    expectApplied(await target.restore(zone, trial.hand()), 'a restore of its units')
    await staysAway(trial, zone, 'after its units were restored')
    trial.newHand()
    expectApplied(await target.apply(zone, first.release, trial.hand()), 'another apply')
    const { kind } = await shift(false, trial.oldHand())
    agree(kind === 'stale-token', `a shift back by an older token ended as ${kind}`)
    for (let time = 0; time < 2; time += 1)
      expectApplied(await shift(false), 'a shift back, also of what is there')
  })
  const seen = await target.observe()
  agree(!isAway(seen, zone), 'a zone is observed as shifted after it was shifted back')
  await trial.seen('traffic everywhere after a shift back', ({ units }) =>
    units.every((unit) => isOn(unit, first.release)),
  )
  const again = await servedMeanwhile(trial, zone)
  agree(again !== 0, 'a zone that was shifted back is not served from')
}

const isAway = ({ shifted = [] }: Observation, { region, zone }: Place): boolean =>
  shifted.some((place) => place.region === region && place.zone === zone)

async function staysAway(trial: Trial, zone: Place, when: string): Promise<void> {
  agree(isAway(await trial.target.observe(), zone), `${when} the zone is not observed as shifted`)
  const there = await servedMeanwhile(trial, zone)
  agree(there === undefined || there === 0, `${when} ${there} requests were served in the zone`)
}
