import type { TestStatus } from '../test-run.ts'

/**
 * Results of a case, exact to the letter case. Versions before 2.5 write none, and tell the outcome by
 * `executed` and `success`.
 */
const STATUS: ReadonlyMap<string, TestStatus> = new Map([
  ['Success', 'passed'],
  ['Failure', 'failed'],
  ['Error', 'errored'],
  ['NotRunnable', 'errored'],
  ['Cancelled', 'errored'],
  ['Inconclusive', 'skipped'],
  ['Ignored', 'skipped'],
  ['Skipped', 'skipped'],
])

/** What a case or suite says of itself; `contradiction` when its three statements do not agree. */
export interface StatedOutcome {
  /** Undefined when a statement has an unknown value, or says nothing. */
  readonly status: TestStatus | undefined
  readonly contradiction: string | undefined
}

/** Reads `result`, `executed` and `success` together. */
export function outcomeOf(attributes: ReadonlyMap<string, string>): StatedOutcome {
  const result = attributes.get('result')
  const executed = attributes.get('executed')
  const success = attributes.get('success')
  const told = result === undefined ? undefined : STATUS.get(result)
  if (result !== undefined && told === undefined) return unknown
  if (!isBoolean(executed) || !isBoolean(success) || executed === undefined) return unknown
  if (result === undefined && executed === 'True' && success === undefined) return unknown
  const status = told ?? olderStatus(executed, success)
  const passed = status === 'passed'
  const contradicts = passed && (executed !== 'True' || success === 'False')
  const alsoContradicts = !passed && success === 'True'
  return {
    status,
    contradiction:
      contradicts || alsoContradicts
        ? `result="${result ?? ''}" executed="${executed}" success="${success ?? ''}"`
        : undefined,
  }
}

const unknown: StatedOutcome = { status: undefined, contradiction: undefined }

const isBoolean = (text: string | undefined): boolean =>
  text === undefined || text === 'True' || text === 'False'

function olderStatus(executed: string, success: string | undefined): TestStatus {
  if (executed !== 'True') return 'skipped'
  return success === 'True' ? 'passed' : 'failed'
}
