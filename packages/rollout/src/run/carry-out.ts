import type { Finding } from '@bulkhead/vocabulary'
import type { ShippedRelease, UnitId } from '../fleet.ts'
import * as refuse from '../refusals.ts'
import type { StageOutcome } from '../target.ts'
import { Interruption } from './interruption.ts'
import type { BatchStep } from './journal.ts'
import { type BatchRules, type Wait, allowanceNow, batchForbidden } from './next-batch.ts'
import { type RolloutRun, attemptKey, attemptsOf, obeyOrders } from './rollout-run.ts'
import { refuseDrift, unsettled } from './unit-checks.ts'
import { actAlive } from './waiting.ts'

/** How one intended batch ended; only `done` has changed the fleet as wanted. */
export type StepOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'withdrawn'; readonly wait: Wait }
  | { readonly kind: 'failed'; readonly finding: Finding }

/**
 * One batch from intent to seen outcome (law 8). The fleet is looked at again after the intent is on
 * record: an append may take seconds, and a zone may have died meanwhile.
 *
 * @throws Interruption `stop` on a stale token, drift or a failing journal; as ordered, before it begins.
 */
export async function carryOut(
  run: RolloutRun,
  step: BatchStep,
  release: ShippedRelease,
  rules: BatchRules,
): Promise<StepOutcome> {
  const { batch } = step
  await run.journal.write([{ kind: 'batch-intended', ...step }])
  obeyBeforeBegun(run, step)
  const before = await run.fleet.look()
  refuseDrift(run, before)
  const wait = batchForbidden(before, batch, rules)
  if (wait) return withdraw(run, step, wait)
  const maxOut =
    rules.selects === 'zone'
      ? Math.max(1, Math.floor(allowanceNow(before, batch, rules).maxOut))
      : batch.units.length
  const outcome = await actAlive(run, (target, hand) =>
    target.apply({ ...batch, maxOut }, release, hand),
  )
  if (outcome.kind === 'refused')
    return withdraw(run, step, { why: 'engine', reason: `the engine refuses: ${outcome.reason}` })
  noteAttempt(run, step)
  return conclude(run, step, release, outcome)
}

/** An order that came with the receipt of the intent: what is not begun need not be waited for. */
function obeyBeforeBegun(run: RolloutRun, step: BatchStep): void {
  const { standing } = run.journal
  if (step.direction === 'back' || standing === null) return
  run.journal.defer({ kind: 'batch-withdrawn', ...step, why: `ordered to ${standing.order}` })
  obeyOrders(run)
}

/** Not begun: the fleet has lost capacity, or its engine will not do it now. Nothing was changed. */
function withdraw(run: RolloutRun, step: BatchStep, wait: Wait): StepOutcome {
  run.journal.defer({ kind: 'batch-withdrawn', ...step, why: wait.reason })
  return { kind: 'withdrawn', wait }
}

function noteAttempt(run: RolloutRun, { direction, batch }: BatchStep): void {
  for (const id of batch.units) {
    if (direction === 'forward') run.touched.add(id)
    else run.placed.delete(id)
    run.attempts.set(attemptKey(direction, id), attemptsOf(run, direction, id) + 1)
  }
}

async function conclude(
  run: RolloutRun,
  step: BatchStep,
  release: ShippedRelease,
  outcome: Exclude<StageOutcome, { readonly kind: 'refused' }>,
): Promise<StepOutcome> {
  const finding = await seenOutcome(run, step, release, outcome)
  if (finding) {
    run.journal.defer({ kind: 'batch-failed', ...step, finding })
    return { kind: 'failed', finding }
  }
  if (step.direction === 'forward') for (const id of step.batch.units) run.placed.add(id)
  const victims = outcome.kind === 'applied' ? (outcome.victims ?? 0) : 0
  run.journal.defer({ kind: 'batch-done', ...step, ...(victims > 0 ? { victims } : {}) })
  return { kind: 'done' }
}

async function seenOutcome(
  run: RolloutRun,
  { batch }: BatchStep,
  release: ShippedRelease,
  outcome: Exclude<StageOutcome, { readonly kind: 'refused' }>,
): Promise<Finding | undefined> {
  if (outcome.kind === 'stale-token')
    throw new Interruption('stop', refuse.staleToken(run.token, outcome.newest))
  if (outcome.kind === 'applied') return awaitSettled(run, batch.units, release)
  return outcome.unit === null
    ? refuse.targetFailed(`${batch.region}/${batch.zone}`, outcome.reason)
    : refuse.unitNotHealthy(outcome.unit, outcome.reason)
}

/** Sees with its own eyes that the units are healthy and name the release as their build. */
async function awaitSettled(
  run: RolloutRun,
  units: readonly UnitId[],
  release: ShippedRelease,
): Promise<Finding | undefined> {
  const since = run.clock.monotonic()
  for (;;) {
    const seen = await run.fleet.look()
    const finding = unsettled(seen, units, release)
    if (!finding || run.clock.monotonic() - since >= run.limits.settleMs) return finding
    await run.clock.sleep(run.limits.pollMs)
  }
}
