import type { StageOutcome, UnitObservation } from '@bulkhead/rollout'
import { WorldError, digest } from '@bulkhead/vocabulary'
import { type Trial, expectApplied } from './bed.ts'
import { NotHere, agree } from './disagreement.ts'
import { unknownUnitId } from '../trust-boundary.ts'

const sight = (units: readonly UnitObservation[]) =>
  units
    .map(({ id, version, health }) => JSON.stringify([id, version, health]))
    .sort()
    .join('\n')

/** Does something that must change nothing, and sees that it did not. */
async function unchanged<Value>(trial: Trial, act: () => Promise<Value>): Promise<Value> {
  const before = sight((await trial.target.observe()).units)
  const value = await act()
  const after = sight((await trial.target.observe()).units)
  agree(before === after, `the fleet was changed: ${after}`)
  return value
}

export async function idempotent(trial: Trial): Promise<void> {
  const [{ release }] = trial.bed.releases
  for (const stage of await trial.stages()) {
    const out = await trial.mostOutDuring(async () => {
      const outcome = await trial.target.apply(stage, release, trial.hand())
      expectApplied(outcome, 'an apply of what runs already')
    })
    agree(out === 0, `${out} units that were on the release already were taken out of traffic`)
  }
}

export async function olderTokenRefused(trial: Trial): Promise<void> {
  const { target } = trial
  const [, second] = trial.bed.releases
  const stage = await trial.smallStage()
  const newest = trial.newHand()
  await target.stage(second.artifact, trial.holder())
  expectApplied(await target.restore(stage, newest), 'a restore of what serves')
  const refused = (outcome: StageOutcome, what: string) =>
    agree(
      outcome.kind === 'stale-token' && outcome.newest === newest.token,
      `${what} with token ${newest.token - 1}, after ${newest.token} has acted: ${JSON.stringify(outcome)}`,
    )
  await unchanged(trial, async () => {
    refused(await target.apply(stage, second.release, trial.oldHand()), 'an apply')
    refused(await target.drain(stage, trial.oldHand()), 'a drain')
    refused(await target.restore(stage, trial.oldHand()), 'a restore')
    await rejectsOldStage(trial)
  })
}

/** Two releases under way at once, each in a region of its own, must not shut each other out. */
export async function fencesByRegion(trial: Trial): Promise<void> {
  const { target } = trial
  const [first] = await trial.stages()
  const other = (await trial.stages()).find(({ region }) => region !== first.region)
  if (other === undefined) throw new NotHere('the fleet has one region')
  const earlier = trial.hand()
  const later = trial.newHand()
  expectApplied(await target.restore(first, later), 'a restore in one region')
  expectApplied(await target.restore(other, earlier), 'an older restore in another region')
  const { kind } = await target.restore(first, earlier)
  agree(kind === 'stale-token', `an older token ended as ${kind} where a newer one has acted`)
}

async function rejectsOldStage(trial: Trial): Promise<void> {
  const [first] = trial.bed.releases
  try {
    await trial.target.stage(first.artifact, trial.holder(trial.oldHand()))
  } catch (error) {
    if (error instanceof WorldError && error.findings[0]?.code === 'rollout/stale-token') return
    throw error
  }
  agree(false, 'an artifact was staged by a token older than the newest')
}

export async function unknownUnit(trial: Trial): Promise<void> {
  const [, second] = trial.bed.releases
  const stage = await trial.smallStage()
  await trial.target.stage(second.artifact, trial.holder())
  const stranger = { ...stage, units: [...stage.units, unknownUnitId] }
  const outcomes = await unchanged(trial, async () => [
    await trial.target.apply(stranger, second.release, trial.hand()),
    await trial.target.drain(stranger, trial.hand()),
  ])
  for (const { kind } of outcomes)
    agree(
      kind === 'failed' || kind === 'refused',
      `a stage with the unit ${unknownUnitId} ended as ${kind}`,
    )
}

const ABSENT = digest(`sha256:${'0'.repeat(64)}`)

export async function bytesProven(trial: Trial): Promise<void> {
  const { target } = trial
  const [first, second] = trial.bed.releases
  agree(await target.holds(first.artifact.digest), 'an artifact that runs is not held')
  agree(!(await target.holds(ABSENT)), 'it claims to hold an artifact that nobody staged')
  await unchanged(trial, async () => {
    const offered = { path: second.artifact.path, digest: ABSENT }
    const taken = await target.stage(offered, trial.holder()).then(
      () => true,
      () => false,
    )
    agree(!taken, 'it staged bytes under a digest that is not theirs')
    agree(!(await target.holds(ABSENT)), 'it holds bytes under a digest that is not theirs')
    const stage = await trial.smallStage()
    const release = { commit: second.release.commit, artifact: ABSENT }
    const { kind } = await target.apply(stage, release, trial.hand())
    agree(
      kind === 'failed' || kind === 'refused',
      `an apply of an artifact that was never staged ended as ${kind}`,
    )
  })
}
