import { type FencingToken, type Finding, WorldError } from '@bulkhead/vocabulary'
import type { Clock } from '@bulkhead/world'
import type { Observation } from './fleet.ts'
import { FleetWatch, type RolloutLimits, defaultLimits } from './fleet-watch.ts'
import { goForward } from './forward.ts'
import { Interruption } from './interruption.ts'
import type { Journal, RolloutEnding } from './journal.ts'
import { JournalWriter } from './journal-writer.ts'
import { isSettled } from './next-batch.ts'
import type { Plan } from './plan.ts'
import type { RolloutProgress } from './progress.ts'
import * as refuse from './refusals.ts'
import { rollBack } from './rollback.ts'
import type { RolloutRun } from './rollout-run.ts'
import type { Target } from './target.ts'
import { totalHealthy, zoneHealth } from './zone-capacity.ts'

export interface RolloutRequest {
  readonly plan: Plan
  /** Holds the artifacts of the release and of the previous one: call `target.stage` first. */
  readonly target: Target
  /** Of the lease; every effect carries it. */
  readonly token: FencingToken
  readonly journal: Journal
  readonly clock: Clock
  /** Stops at the edge of a batch and rolls back. */
  readonly signal: AbortSignal
  readonly onProgress?: (progress: RolloutProgress) => void
  readonly limits?: Partial<RolloutLimits>
}

/** How a rollout ended. Empty findings exactly when the result is `released`. */
export interface RolloutResult {
  /** `refused`: nothing was begun, nothing is on record. */
  readonly result: RolloutEnding | 'refused'
  readonly findings: readonly Finding[]
}

/**
 * Carries out a plan: batch by batch under the zone law recomputed from observation, each wave
 * judged before the next, everything on record before it is done (laws 7, 8, 9). Rolls back by
 * itself. Does not throw for anything that target, journal or fleet do.
 */
export async function runRollout(request: RolloutRequest): Promise<RolloutResult> {
  const limits = { ...defaultLimits, ...request.limits }
  const fleet = new FleetWatch({
    ...request,
    limits,
    onProgress: request.onProgress ?? (() => undefined),
  })
  const checked = await checkBeforehand(request, fleet)
  if ('findings' in checked) {
    fleet.decide({
      kind: 'finished',
      tone: 'bad',
      text: 'refused: nothing was changed',
      findings: checked.findings,
    })
    return { result: 'refused', findings: checked.findings }
  }
  const run = beginRun(request, fleet, limits, checked)
  run.journal.defer({ kind: 'started', plan: request.plan })
  fleet.decide({
    kind: 'started',
    tone: 'plain',
    text: `${refuse.shortCommit(request.plan.release.commit)} to ${request.plan.environment}`,
  })
  return finish(run, await walk(run))
}

function beginRun(
  request: RolloutRequest,
  fleet: FleetWatch,
  limits: RolloutLimits,
  start: Observation,
): RolloutRun {
  return {
    ...request,
    limits,
    fleet,
    journal: new JournalWriter(request.journal),
    touched: new Set(
      start.units.filter((unit) => isSettled(unit, request.plan.release)).map((unit) => unit.id),
    ),
    attempts: new Map(),
    start: new Map(start.units.map((unit) => [unit.id, unit])),
    startVersions: new Set(start.units.flatMap((unit) => unit.version ?? [])),
  }
}

/** What must hold before anything is touched; the way back is proved before the first step forward. */
async function checkBeforehand(
  { plan, target }: RolloutRequest,
  fleet: FleetWatch,
): Promise<Observation | { readonly findings: readonly Finding[] }> {
  try {
    if (!(await target.holds(plan.release.artifact)))
      return { findings: [refuse.notStaged(plan.release)] }
    if (plan.previous && !(await target.holds(plan.previous.artifact))) {
      return { findings: [refuse.rollbackImpossible(plan.previous)] }
    }
    const start = await fleet.look()
    const healthy = totalHealthy(zoneHealth(start.units))
    if (plan.kind === 'initial' || healthy >= plan.required) return start
    return { findings: [refuse.unhealthyBaseline(plan.environment, healthy, plan.required)] }
  } catch (error) {
    if (error instanceof WorldError || error instanceof Interruption)
      return { findings: error.findings }
    return {
      findings: [
        refuse.targetFailed('holds', error instanceof Error ? error.message : String(error)),
      ],
    }
  }
}

async function walk(run: RolloutRun): Promise<RolloutResult> {
  try {
    await goForward(run)
    return { result: 'released', findings: [] }
  } catch (error) {
    if (!(error instanceof Interruption)) throw error
    return error.kind === 'stop'
      ? { result: 'stopped', findings: error.findings }
      : unwind(run, error.findings)
  }
}

/** Rolls back because of `causes`, which stay the first findings whatever comes of it. */
async function unwind(run: RolloutRun, causes: readonly Finding[]): Promise<RolloutResult> {
  const { previous, environment } = run.plan
  if (!previous)
    return { result: 'stopped', findings: [...causes, refuse.nothingReleased(environment)] }
  run.journal.defer({ kind: 'rolling-back', findings: causes })
  run.fleet.decide({
    kind: 'rollback',
    tone: 'bad',
    text: `back to ${refuse.shortCommit(previous.commit)}`,
    findings: causes,
  })
  try {
    const lost = await rollBack(run, previous)
    return { result: lost.length > 0 ? 'stuck' : 'rolled-back', findings: [...causes, ...lost] }
  } catch (error) {
    if (!(error instanceof Interruption)) throw error
    const taken = error.findings.some((finding) => finding.code === 'rollout/stale-token')
    if (taken) return { result: 'stopped', findings: [...causes, ...error.findings] }
    return {
      result: 'stuck',
      findings: [...causes, refuse.rollbackFailed(environment, error.message), ...error.findings],
    }
  }
}

/** Puts the end on record. When even that fails the findings say so; a release is none without it. */
async function finish(run: RolloutRun, ended: RolloutResult): Promise<RolloutResult> {
  const result = ended.result === 'refused' ? 'stopped' : ended.result
  let findings = ended.findings
  let final: RolloutEnding = result
  try {
    await run.journal.write([{ kind: 'finished', result, findings }])
  } catch (error) {
    if (!(error instanceof Interruption)) throw error
    const news = error.findings.filter((finding) => !findings.includes(finding))
    findings = [...findings, ...news]
    final = result === 'stuck' ? 'stuck' : 'stopped'
  }
  run.fleet.decide({
    kind: 'finished',
    tone: final === 'released' ? 'good' : 'bad',
    text: final,
    findings,
  })
  return { result: final, findings }
}
