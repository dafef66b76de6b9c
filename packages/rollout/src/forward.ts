import type { Observation, UnitObservation } from './fleet.ts'
import { Interruption } from './interruption.ts'
import { type BakeJudgement, judgeBake } from './judgement.ts'
import { type NextBatch, byPlace, isSettled, nextBatch, pick } from './next-batch.ts'
import type { Bake, Wave } from './plan.ts'
import * as refuse from './refusals.ts'
import {
  CapacityWait,
  MOST_ATTEMPTS,
  type RolloutRun,
  attemptsOf,
  carryOut,
  nextPoll,
  refuseCancelled,
  refuseDrift,
  unsettled,
} from './rollout-run.ts'
import type { Stage } from './target.ts'
import { type Place, placeName } from './zone-capacity.ts'

/**
 * Places the release wave by wave and judges each wave before the next.
 * @throws Interruption as soon as anything speaks against going on.
 */
export async function goForward(run: RolloutRun): Promise<void> {
  const last = run.plan.waves.length - 1
  for (const [index, wave] of run.plan.waves.entries()) {
    run.fleet.phase = wave.name
    for (const stage of wave.stages) await placeStage(run, index, stage)
    if (index === last) await placeStragglers(run, index)
    await bakeWave(run, index, wave)
  }
  await placeStragglers(run, last)
}

/** Units that came back, or were added, on the old release while others were changed. */
async function placeStragglers(run: RolloutRun, wave: number): Promise<void> {
  const seen = await run.fleet.look()
  const late = seen.units.filter((unit) => !isSettled(unit, run.plan.release))
  for (const { place, units } of byPlace(late).values()) {
    await placeStage(run, wave, { ...place, units: units.map((unit) => unit.id) })
  }
}

async function placeStage(
  run: RolloutRun,
  wave: number,
  stage: Place & Pick<Stage, 'units'>,
): Promise<void> {
  const wait = new CapacityWait(run)
  for (;;) {
    const seen = await run.fleet.look()
    refuseCancelled(run)
    refuseDrift(run, seen)
    const open = pick(seen, stage.units).filter((unit) => !isSettled(unit, run.plan.release))
    if (open.length === 0) return
    refuseOscillation(run, open)
    const next = nextBatch(seen, stage, eligible(run, open), run.plan.required)
    const held = await tryBatch(run, wave, next)
    if (held === undefined) wait.reset()
    else if (wait.isOver(held))
      throw new Interruption('roll-back', refuse.noCapacity(placeName(stage), held))
    else await nextPoll(run)
  }
}

/** Places a batch; otherwise the reason why none may be placed now. */
async function tryBatch(
  run: RolloutRun,
  wave: number,
  next: NextBatch,
): Promise<string | undefined> {
  if (next.kind === 'wait') return next.reason
  const { batch } = next
  if (batch.units.length === 0) return `units of ${placeName(batch)} were lost during the rollout`
  const outcome = await carryOut(run, { wave, batch, direction: 'forward' }, run.plan.release)
  if (outcome.kind === 'failed') throw new Interruption('roll-back', outcome.finding)
  if (outcome.kind === 'withdrawn') return outcome.why
  run.fleet.decide({ kind: 'batch', tone: 'plain', text: `placed ${batch.units.join(', ')}` })
  return undefined
}

/**
 * Healthy units, those that this rollout made unhealthy, and those that were down before it began. A
 * unit that died meanwhile waits for its zone: a lost zone is restored, not used for placing a release.
 */
const eligible = (run: RolloutRun, open: readonly UnitObservation[]): UnitObservation[] =>
  open.filter(
    (unit) =>
      unit.health === 'healthy' ||
      run.touched.has(unit.id) ||
      run.start.get(unit.id)?.health !== 'healthy',
  )

function refuseOscillation(run: RolloutRun, open: readonly UnitObservation[]): void {
  const tired = open.find((unit) => attemptsOf(run, 'forward', unit.id) >= MOST_ATTEMPTS)
  if (!tired) return
  throw new Interruption(
    'roll-back',
    refuse.unitNotHealthy(tired.id, `did not stay on the release in ${MOST_ATTEMPTS} attempts`),
  )
}

/** Watches a wave until its bake is judged; the outcome of its last batch goes on record meanwhile. */
async function bakeWave(run: RolloutRun, index: number, wave: Wave): Promise<void> {
  run.journal.flushBehind()
  run.fleet.phase = `${wave.name}: bake`
  judged(run, index, wave, wave.bake ? await watchBake(run, wave.bake) : UNCOMPARED)
}

/** A first release has no control and no baseline: its units were seen healthy on the right build. */
const UNCOMPARED: WaveJudgement = {
  kind: 'good',
  why: 'healthy and on the right build; nothing to compare with',
  canary: { requests: 0, errors: 0 },
}

async function watchBake(run: RolloutRun, bake: Bake): Promise<WaveJudgement> {
  const release = run.plan.release.commit
  const start = (await run.fleet.look()).traffic
  const since = run.clock.monotonic()
  for (;;) {
    await nextPoll(run)
    refuseCancelled(run)
    const seen = await run.fleet.look()
    refuseDrift(run, seen)
    refuseIll(run, seen)
    const elapsedMs = run.clock.monotonic() - since
    const { kind, why, canary } = judgeBake({ bake, release, start, now: seen.traffic, elapsedMs })
    if (kind !== 'not-yet') return { kind, why, canary }
  }
}

/** A placed unit that is not well any more speaks against the release; one that is gone does not. */
function refuseIll(run: RolloutRun, seen: Observation): void {
  const placed = pick(seen, [...run.touched]).map((unit) => unit.id)
  const finding = unsettled(seen, placed, run.plan.release)
  if (finding) throw new Interruption('roll-back', finding)
}

type WaveJudgement = Pick<BakeJudgement, 'why' | 'canary'> & {
  readonly kind: Exclude<BakeJudgement['kind'], 'not-yet'>
}

/** Puts the judgement on record with the next append, and ends the way forward when it is not good. */
function judged(
  run: RolloutRun,
  index: number,
  wave: Wave,
  { kind, why, canary }: WaveJudgement,
): void {
  const decision = kind === 'good' ? 'go-on' : 'roll-back'
  run.journal.defer({
    kind: 'wave-judged',
    wave: index,
    decision,
    why,
    requests: canary.requests,
    errors: canary.errors,
  })
  run.fleet.decide({
    kind: 'wave',
    tone: kind === 'good' ? 'good' : 'bad',
    text: `${wave.name}: ${kind}: ${why}`,
  })
  if (kind === 'bad') throw new Interruption('roll-back', refuse.canaryFailed(wave.name, why))
  if (kind === 'inconclusive')
    throw new Interruption('roll-back', refuse.inconclusive(wave.name, why))
}
