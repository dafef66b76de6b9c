import type { CommitId } from '@bulkhead/vocabulary'
import { MetricsWatch } from '../analysis/metrics-watch.ts'
import { withMetrics } from '../analysis/with-metrics.ts'
import type { Observation } from '../fleet.ts'
import { type BakeJudgement, judgeBake } from '../judgement.ts'
import type { Bake, Wave } from '../plan/plan.ts'
import * as refuse from '../refusals.ts'
import { Interruption } from './interruption.ts'
import { carriesLoad } from './next-batch.ts'
import { checkedLook, reconcile } from './placing.ts'
import { type RolloutRun, nextPoll, obeyOrders } from './rollout-run.ts'
import { SignsOfLife } from './waiting.ts'

/** How a wave is judged at its end. `outage`: old and new err alike, which nobody is blamed for. */
type WaveJudgement = Pick<BakeJudgement, 'why' | 'canary'> & {
  readonly kind: 'good' | 'bad' | 'inconclusive' | 'outage'
}

/** Watches a wave until its bake is judged; the outcome of its last batch goes on record meanwhile. */
export async function bakeWave(run: RolloutRun, index: number, wave: Wave): Promise<void> {
  run.journal.flushBehind()
  run.fleet.phase = `${wave.name}: bake`
  judged(
    run,
    index,
    wave,
    wave.bake ? await watchBake(run, { index, name: wave.name }, wave.bake) : UNCOMPARED,
  )
}

/** A first release has no control and no baseline: its units were seen healthy on the right build. */
const UNCOMPARED: WaveJudgement = {
  kind: 'good',
  why: 'healthy and on the right build; nothing to compare with',
  canary: { requests: 0, errors: 0 },
}

async function watchBake(
  run: RolloutRun,
  wave: { readonly index: number; readonly name: string },
  bake: Bake,
): Promise<WaveJudgement> {
  const release = run.plan.release.commit
  const life = new SignsOfLife(run)
  const start = (await run.fleet.look()).traffic
  using metrics = watchMetrics(run, bake)
  const since = run.clock.monotonic()
  let goodSince: number | undefined
  for (;;) {
    await nextPoll(run)
    obeyOrders(run)
    const seen = await checkedLook(run)
    await reconcile(run, wave.index, seen)
    life.beat()
    const now = run.clock.monotonic()
    const elapsedMs = now - since
    const test = lostControl(seen, release) ? 'absolute' : bake.test
    const traffic = judgeBake({
      bake: { ...bake, test },
      release,
      start,
      now: seen.traffic,
      elapsedMs,
    })
    goodSince = traffic.kind === 'good' ? (goodSince ?? now) : undefined
    const view = metrics.look()
    const judgement = withMetrics(traffic, view, { bake, elapsedMs, goodSince })
    run.fleet.judge({
      wave: wave.name,
      kind: judgement.kind,
      why: judgement.why,
      traffic,
      metrics: view?.judgements ?? [],
    })
    if (judgement.kind === 'not-yet') continue
    const { kind, why, canary } = judgement
    return {
      kind: kind === 'inconclusive' && isOutage(judgement, bake) ? 'outage' : kind,
      why,
      canary,
    }
  }
}

/**
 * Whether all that still ran the old release stands in zones whose traffic was shifted away meanwhile:
 * then there is nothing to compare with any more, and the new release is judged by its own errors.
 */
function lostControl(seen: Observation, release: CommitId): boolean {
  if ((seen.shifted ?? []).length === 0) return false
  return !seen.units.some((unit) => unit.version !== release && carriesLoad(seen, unit))
}

const watchMetrics = ({ metrics, clock, plan, region, began, limits }: RolloutRun, bake: Bake) =>
  new MetricsWatch({
    // Without a release before it there is nothing that a metric could be compared with.
    metrics: region.previous === null ? [] : metrics,
    bake,
    clock,
    everyMs: limits.metricsMs,
    window: {
      canary: plan.release.commit,
      control: region.previous?.commit ?? plan.release.commit,
      beside: bake.test === 'against-control',
      rolloutBegan: began,
    },
  })

/** The old release errs as much as the bake looks for: whatever is wrong is not the new one's doing. */
const isOutage = ({ control }: BakeJudgement, { detectErrorRate }: Bake): boolean =>
  control.requests > 0 && control.errors / control.requests >= detectErrorRate

const DECISIONS = {
  good: 'go-on',
  bad: 'roll-back',
  inconclusive: 'roll-back',
  outage: 'pause',
} as const

/** What is bad and cannot be taken back is held. */
const decisionOn = ({ region }: RolloutRun, kind: WaveJudgement['kind']) =>
  DECISIONS[kind] === 'roll-back' && region.contracts.length > 0 ? 'pause' : DECISIONS[kind]

/** Puts the judgement on record with the next append, and ends the way forward when it is not good. */
function judged(
  run: RolloutRun,
  index: number,
  wave: Wave,
  { kind, why, canary }: WaveJudgement,
): void {
  const { requests, errors } = canary
  run.journal.defer({
    kind: 'wave-judged',
    wave: index,
    decision: decisionOn(run, kind),
    why,
    requests,
    errors,
  })
  run.fleet.decide({
    kind: 'wave',
    tone: kind === 'good' ? 'good' : 'bad',
    text: `${wave.name}: ${kind}: ${why}`,
  })
  if (kind === 'bad') throw new Interruption('roll-back', refuse.canaryFailed(wave.name, why))
  if (kind === 'inconclusive')
    throw new Interruption('roll-back', refuse.inconclusive(wave.name, why))
  if (kind === 'outage') throw new Interruption('pause', refuse.outage(wave.name, why))
}
