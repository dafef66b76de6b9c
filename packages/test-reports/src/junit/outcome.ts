import type { TestStatus } from '../test-run.ts'

/** What each child of a case makes of it. A rerun that was recorded without a pass is a failure. */
export const OUTCOME_OF_ELEMENT: ReadonlyMap<string, TestStatus> = new Map([
  ['failure', 'failed'],
  ['error', 'errored'],
  ['skipped', 'skipped'],
  ['flakyFailure', 'flaky'],
  ['flakyError', 'flaky'],
  ['rerunFailure', 'failed'],
  ['rerunError', 'errored'],
])

/**
 * Values of `status` and `result`, exact to the letter case. GoogleTest, Catch2, CTest and Bazel say
 * `run` of every case that ran and tell its outcome by elements; GoogleTest says `completed`, Maestro `SUCCESS`.
 */
const OUTCOME_OF_VALUE: ReadonlyMap<string, TestStatus> = new Map([
  ['run', 'passed'],
  ['passed', 'passed'],
  ['completed', 'passed'],
  ['SUCCESS', 'passed'],
  ['failed', 'failed'],
  ['fail', 'failed'],
  ['failure', 'failed'],
  ['panicked', 'failed'],
  ['timedout', 'failed'],
  ['interrupted', 'failed'],
  ['aborted', 'failed'],
  ['errored', 'errored'],
  ['error', 'errored'],
  ['skipped', 'skipped'],
  ['pending', 'skipped'],
  ['untested', 'skipped'],
  ['ignored', 'skipped'],
  ['disabled', 'skipped'],
  ['notrun', 'skipped'],
  ['suppressed', 'skipped'],
])

/** Undefined for a value that no known runner writes: the case must not pass. */
export const outcomeOfValue = (value: string): TestStatus | undefined => OUTCOME_OF_VALUE.get(value)

/** Values with which runners mark a case as switched off rather than skipped. */
const SWITCHED_OFF = new Set(['disabled', 'notrun', 'suppressed', 'ignored'])

export const isSwitchedOff = (value: string): boolean => SWITCHED_OFF.has(value)
