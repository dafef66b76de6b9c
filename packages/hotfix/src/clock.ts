import type { HotfixOnRecord } from '@bulkhead/ledger'
import { HOTFIX_STEPS, type HotfixPolicy, type HotfixStep } from '@bulkhead/policy'

/** One step on the clock of a hotfix. Times are milliseconds from the declaration on. */
export interface ClockStep {
  readonly step: HotfixStep
  /** When it was done; undefined while it is not. */
  readonly after: number | undefined
  readonly budget: number
  /** It was done too late, or is late now. */
  readonly late: boolean
}

export interface HotfixClock {
  readonly elapsed: number
  readonly steps: readonly ClockStep[]
  /** The first step that is not done; undefined when the fix is everywhere. */
  readonly waitsFor: HotfixStep | undefined
}

/**
 * The clock of a hotfix against its budget.
 * @param approvedAt since when enough people agree, in milliseconds since the epoch
 */
export function clockOf(
  hotfix: HotfixOnRecord,
  { slo }: Pick<HotfixPolicy, 'slo'>,
  { now, approvedAt }: { readonly now: number; readonly approvedAt: number | undefined },
): HotfixClock {
  const begin = Date.parse(hotfix.declared.at)
  const at = (time: string | undefined) => (time === undefined ? undefined : Date.parse(time))
  const done: Readonly<Record<HotfixStep, number | undefined>> = {
    acknowledged: at(hotfix.acknowledged?.at),
    approved: approvedAt ?? approvedBefore(hotfix),
    gated: at(hotfix.gated?.at),
    everywhere: at(hotfix.everywhere?.at),
  }
  const end = done.everywhere ?? (hotfix.closed ? Date.parse(hotfix.closed.at) : now)
  const elapsed = Math.max(0, end - begin)
  const steps = HOTFIX_STEPS.map((step): ClockStep => {
    const moment = done[step]
    const after = moment === undefined ? undefined : Math.max(0, moment - begin)
    return { step, after, budget: slo[step], late: (after ?? elapsed) > slo[step] }
  })
  return { elapsed, steps, waitsFor: steps.find(({ after }) => after === undefined)?.step }
}

/** Steps that are late, and of which nobody was told yet. */
export const lateSteps = (
  { pages }: Pick<HotfixOnRecord, 'pages'>,
  { steps }: HotfixClock,
): readonly ClockStep[] => {
  const told = new Set(pages.flatMap(({ late }) => late))
  return steps.filter(({ step, late }) => late && !told.has(step))
}

/** What is out was approved, though the approvals are over by now. */
function approvedBefore({ reached, approvals }: HotfixOnRecord): number | undefined {
  if (reached === null) return undefined
  const last = approvals.findLast(({ index }) => index < reached.index)
  return last && Date.parse(last.at)
}
