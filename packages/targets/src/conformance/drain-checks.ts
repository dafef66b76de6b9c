import type { Observation, Stage } from '@bulkhead/rollout'
import { type Trial, expectApplied } from './bed.ts'
import { NotHere, agree } from './disagreement.ts'
import { servedMeanwhile, underUsers } from './users.ts'

export async function drainsAndRestores(trial: Trial): Promise<void> {
  const { target } = trial
  const stage = await trial.smallStage()
  for (let time = 0; time < 2; time++)
    expectApplied(await target.drain(stage, trial.hand()), 'a drain, also of what is drained')
  agree(
    drainedIn(await target.observe(), stage),
    'after a drain its units are not observed as draining, or others are',
  )
  for (let time = 0; time < 2; time++)
    expectApplied(await target.restore(stage, trial.hand()), 'a restore, also of what serves')
  await trial.seen('every unit healthy after a restore', ({ units }) =>
    units.every((unit) => unit.health === 'healthy'),
  )
  await target.drain(stage, trial.hand())
  const [first] = trial.bed.releases
  expectApplied(await target.apply(stage, first.release, trial.hand()), 'an apply to drained units')
  await trial.seen('drained units in traffic again after an apply', ({ units }) =>
    units.every((unit) => unit.health === 'healthy'),
  )
}

const drainedIn = ({ units }: Observation, stage: Stage): boolean =>
  units.every((unit) => (unit.health === 'draining') === stage.units.includes(unit.id))

export async function losesNothing(trial: Trial): Promise<void> {
  const { request, releases } = trial.bed
  if (request === undefined) throw new NotHere('there is no URL at which to be a user')
  const [, second] = releases
  await trial.target.stage(second.artifact, trial.holder())
  const stages = await trial.stages(1)
  const [stage] = stages
  if (stages.length < 2 && stage.units.length < 2)
    throw new NotHere('a fleet of one unit cannot serve while it is drained')
  await underUsers(trial, async () => {
    const one = { ...stage, units: stage.units.slice(0, 1) }
    expectApplied(await trial.target.drain(one, trial.hand()), 'a drain under load')
    // Where a whole zone is drained and traffic is counted, no request reaches it any more.
    if (one.units.length === stage.units.length)
      agree(
        ((await servedMeanwhile(trial, stage)) ?? 0) === 0,
        'drained units were still served from',
      )
    expectApplied(await trial.target.restore(one, trial.hand()), 'a restore under load')
    expectApplied(await trial.target.apply(stage, second.release, trial.hand()), 'an apply')
  })
}
