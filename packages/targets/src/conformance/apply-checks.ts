import { type Trial, expectApplied, isOn } from './bed.ts'
import { NotHere, agree } from './disagreement.ts'

export async function roomKept(trial: Trial): Promise<void> {
  const [, second] = trial.bed.releases
  await trial.target.stage(second.artifact, trial.holder())
  const closed = { ...(await trial.smallStage()), maxOut: 0 }
  const none = await trial.target.apply(closed, second.release, trial.hand())
  agree(none.kind === 'refused', `a stage of which no unit may be out ended as ${none.kind}`)
  const most = trial.topology.selects === 'zone' ? Infinity : 1
  const [fullest] = [...(await trial.stages(most))].sort((a, b) => b.units.length - a.units.length)
  if (fullest === undefined) return
  const worst = await trial.mostOutDuring(async () =>
    expectApplied(await trial.target.apply(fullest, second.release, trial.hand()), 'an apply'),
  )
  agree(worst <= fullest.maxOut, `${worst} units were out at once, ${fullest.maxOut} allowed`)
}

export async function cancelledApply(trial: Trial): Promise<void> {
  const [first, second] = trial.bed.releases
  await trial.target.stage(second.artifact, trial.holder())
  const stage = await trial.smallStage()
  const beforehand = await trial.target
    .apply(stage, second.release, trial.hand(AbortSignal.abort()))
    .catch(() => undefined)
  agree(beforehand?.kind !== 'applied', 'an apply that was cancelled beforehand was carried out')
  const cancelled = new AbortController()
  await trial.target.apply(stage, second.release, {
    ...trial.hand(cancelled.signal),
    onProgress: () => cancelled.abort(),
  })
  await trial.seen('every unit healthy, on either release, after an apply was cancelled', (seen) =>
    seen.units.every((unit) => isOn(unit, first.release) || isOn(unit, second.release)),
  )
}

export async function killedApply(trial: Trial): Promise<void> {
  const { beginApply, releases } = trial.bed
  if (beginApply === undefined) throw new NotHere('an apply cannot be run in a process of its own')
  const [, second] = releases
  const hand = trial.newHand()
  await trial.target.stage(second.artifact, trial.holder(hand))
  const stage = await trial.smallStage()
  const running = await beginApply(stage, second.release, hand.token)
  try {
    await trial.seen('a unit that is out', (seen) =>
      seen.units.some((unit) => unit.health !== 'healthy' || isOn(unit, second.release)),
    )
  } finally {
    await running.kill()
  }
  const again = trial.newHand()
  expectApplied(
    await trial.target.apply(stage, second.release, again),
    'an apply by the next holder, after a kill',
  )
  await trial.seen('every unit healthy after the kill', ({ units }) =>
    units.every((unit) => unit.health === 'healthy'),
  )
}
