import type { FencingToken, Finding } from '@bulkhead/vocabulary'
import type { Clock } from '@bulkhead/world'
import type { Metric } from '../analysis/metric.ts'
import type { Observation } from '../fleet.ts'
import type { Plan, RegionPlan } from '../plan/plan.ts'
import type { RolloutProgress } from '../progress.ts'
import * as refuse from '../refusals.ts'
import type { Target } from '../target.ts'
import { checkBeforehand } from './beforehand.ts'
import { FleetWatch, type RolloutLimits, defaultLimits } from './fleet-watch.ts'
import { goForward } from './forward.ts'
import { goBack } from './go-back.ts'
import { Interruption } from './interruption.ts'
import type { Journal, RolloutEnding } from './journal.ts'
import { JournalWriter } from './journal-writer.ts'
import { type RolloutMemory, recall, setAsideBefore } from './memory.ts'
import { isSettled } from './next-batch.ts'
import type { MixedTest } from './mixed-test.ts'
import { type QuietWait, quietFleet } from './quiet.ts'
import type { NextWave, RolloutRun } from './rollout-run.ts'
import { tidyUp } from './surge.ts'

export interface RolloutRequest {
  readonly plan: Plan
  /** Which region of the plan; each is rolled out on its own, under its own lease. */
  readonly region: string
  /** Holds the artifacts of the release and of the previous one: call `target.stage` first. */
  readonly target: Target
  /** Of the lease; every effect carries it. */
  readonly token: FencingToken
  readonly journal: Journal
  readonly clock: Clock
  /** Pauses at the edge of a batch: nothing is left drained, and `paused` is on record. */
  readonly signal: AbortSignal
  /** Rolls back at the edge of a batch. */
  readonly abort?: AbortSignal
  /** Asked before each forward wave; findings pause the rollout. Going back asks nobody. */
  readonly mayGoOn?: (next: NextWave) => Promise<readonly Finding[]>
  /** Set to go on with what was begun before and never ended. */
  readonly memory?: RolloutMemory
  /** Goes back from where the fleet stands, for this reason, instead of forward. */
  readonly unwind?: Finding
  /** Told when the first bake is judged good: the next region may begin. */
  readonly onFirstJudged?: () => void
  readonly onProgress?: (progress: RolloutProgress) => void
  /** Metrics that have a say in every bake, besides the traffic that the target counts. */
  readonly metrics?: readonly Metric[]
  /** Runs the test of both releases that the plan names; without it that is not run. */
  readonly mixedTest?: MixedTest | undefined
  readonly limits?: Partial<RolloutLimits>
}

/** How a rollout of one region ended. Empty findings exactly when the result is `released`. */
export interface RolloutResult {
  /** `refused`: nothing was begun, nothing is on record. `paused`: it stands at the edge of a batch. */
  readonly result: RolloutEnding | 'paused' | 'refused'
  readonly findings: readonly Finding[]
}

/**
 * Carries out one region of a plan: batch by batch under the zone law recomputed from observation,
 * each wave judged before the next, everything on record before it is done (laws 7, 8, 9). Rolls back
 * by itself. Does not throw for anything that target, journal or fleet do.
 */
export async function runRollout(request: RolloutRequest): Promise<RolloutResult> {
  const region = request.plan.regions.find((each) => each.region === request.region)
  if (!region) throw new TypeError(`the plan has no region ${request.region}`)
  const limits = { ...defaultLimits, ...request.limits }
  const fleet = new FleetWatch({
    ...request,
    region,
    limits,
    onProgress: request.onProgress ?? (() => undefined),
  })
  const unwinding = request.unwind !== undefined || request.memory?.direction === 'back'
  const start = await checkBeforehand({ ...request, region, unwinding }, fleet)
  if ('findings' in start) return refused(fleet, start.findings)
  const run = beginRun(request, { region, fleet, limits, start })
  sayBegun(run, request)
  return finish(run, await walk(run, request))
}

function refused(fleet: FleetWatch, findings: readonly Finding[]): RolloutResult {
  const text = 'refused: nothing was changed'
  fleet.decide({ kind: 'finished', tone: 'bad', text, findings })
  return { result: 'refused', findings }
}

interface Beginning {
  readonly region: RegionPlan
  readonly fleet: FleetWatch
  readonly limits: RolloutLimits
  readonly start: Observation
}

function beginRun(request: RolloutRequest, beginning: Beginning): RolloutRun {
  const { units } = beginning.start
  const settled = units.filter(
    (unit) => unit.surplus !== true && isSettled(unit, request.plan.release),
  )
  const known = request.memory && recall(request.memory, beginning.start)
  return {
    ...request,
    ...beginning,
    journal: new JournalWriter(request.journal),
    abort: request.abort ?? new AbortController().signal,
    metrics: request.metrics ?? [],
    mixedTest: request.mixedTest,
    began: request.memory?.began ?? request.clock.now(),
    mayGoOn: request.mayGoOn ?? (() => Promise.resolve([])),
    touched: new Set([...settled.map((unit) => unit.id), ...(known?.touched ?? [])]),
    placed: new Set(settled.map((unit) => unit.id)),
    attempts: new Map(known?.attempts ?? []),
    start: new Map(units.map((unit) => [unit.id, unit])),
    startVersions: new Set(units.flatMap((unit) => unit.version ?? [])),
  }
}

function sayBegun(
  { plan, region: { region }, journal, fleet }: RolloutRun,
  { memory }: RolloutRequest,
) {
  const what = `${refuse.shortCommit(plan.release.commit)} to ${plan.environment}, ${region}`
  journal.defer(
    memory === undefined
      ? { kind: 'started', plan, region }
      : { kind: 'resumed', plan, region, of: memory.of },
  )
  fleet.decide({ kind: 'started', tone: 'plain', text: memory ? `${what}, resumed` : what })
}

async function walk(run: RolloutRun, request: RolloutRequest): Promise<RolloutResult> {
  const { memory, unwind, onFirstJudged = () => undefined } = request
  try {
    if (memory) await quietFleet({ ...quietWait(run), aside: setAsideBefore(memory) })
    if (unwind) return await goBack(run, [unwind])
    if (memory?.direction === 'back')
      return await goBack(run, [refuse.wasGoingBack(run.plan.environment)])
    await goForward(run, onFirstJudged)
    return { result: 'released', findings: [] }
  } catch (error) {
    if (!(error instanceof Interruption)) throw error
    if (error.kind === 'roll-back') return goBack(run, error.findings)
    if (error.kind === 'stop') return { result: 'stopped', findings: error.findings }
    return { result: 'paused', findings: [...error.findings, ...(await tidyUp(run))] }
  }
}

const quietWait = ({
  fleet,
  clock,
  limits: { pollMs, batchMs: mostMs },
}: RolloutRun): QuietWait => ({
  look: () => fleet.look(),
  clock,
  pollMs,
  mostMs,
})

/** Puts the end on record. When even that fails the findings say so; a release is none without it. */
async function finish(run: RolloutRun, ended: RolloutResult): Promise<RolloutResult> {
  const result = ended.result === 'refused' ? 'stopped' : ended.result
  let findings = ended.findings
  let final: RolloutResult['result'] = result
  try {
    await run.journal.write([
      result === 'paused' ? { kind: 'paused', findings } : { kind: 'finished', result, findings },
    ])
  } catch (error) {
    if (!(error instanceof Interruption)) throw error
    const news = error.findings.filter((finding) => !findings.includes(finding))
    findings = [...findings, ...news]
    final = result === 'stuck' ? 'stuck' : 'stopped'
  }
  run.fleet.decide({
    kind: final === 'paused' ? 'paused' : 'finished',
    tone: final === 'released' ? 'good' : 'bad',
    text: final,
    findings,
  })
  return { result: final, findings }
}
