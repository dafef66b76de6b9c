import type { Counter } from './grammar.ts'

/**
 * What is listed in a suite. Elements and cases are counted apart: a case may hold two failures, and
 * runners differ in which of the two their counters mean.
 */
export interface Tally {
  tests: number
  failureElements: number
  failedCases: number
  errorElements: number
  erroredCases: number
  /** Cases with a failure or an error. */
  badCases: number
  skippedCases: number
  /** The part of them that are switched off (`status="disabled"` and the like). */
  switchedOff: number
  flakyCases: number
}

export const emptyTally = (): Tally => ({
  tests: 0,
  failureElements: 0,
  failedCases: 0,
  errorElements: 0,
  erroredCases: 0,
  badCases: 0,
  skippedCases: 0,
  switchedOff: 0,
  flakyCases: 0,
})

export function addTally(to: Tally, more: Tally): void {
  to.tests += more.tests
  to.failureElements += more.failureElements
  to.failedCases += more.failedCases
  to.errorElements += more.errorElements
  to.erroredCases += more.erroredCases
  to.badCases += more.badCases
  to.skippedCases += more.skippedCases
  to.switchedOff += more.switchedOff
  to.flakyCases += more.flakyCases
}

/** The counters of a suite as it states them, the text not yet read as a number. */
export type StatedCounters = ReadonlyMap<Counter, string>

/** What a suite lists: in itself, with all suites below it, and as node:test counts. */
export interface Listed {
  readonly direct: Tally
  readonly deep: Tally
  /** Cases directly in the suite, and each suite directly below it as if it were one case. */
  readonly children: Tally
}

/**
 * Which of a suite's counters contradict what it lists. Runners count in one of three ways (see
 * {@link Listed}); all counters of one suite must agree in one and the same way.
 *
 * @returns descriptions of the contradictions, empty when there are none
 */
export function contradictions(stated: StatedCounters, listed: Listed): string[] {
  const unreadable = [...stated].filter(([, text]) => !/^\d{1,9}$/.test(text))
  if (unreadable.length > 0)
    return unreadable.map(([name, text]) => `${name}="${text.slice(0, 80)}" is not a count`)
  const { deep, direct, children } = listed
  for (const view of [deep, direct, children]) if (agree(stated, view)) return []
  return [...stated]
    .filter(([name, text]) => !acceptable(name, deep, stated).includes(Number(text)))
    .map(
      ([name, text]) => `${name}="${text}", but it lists ${acceptable(name, deep, stated)[0] ?? 0}`,
    )
}

function agree(stated: StatedCounters, tally: Tally): boolean {
  for (const [name, text] of stated)
    if (!acceptable(name, tally, stated).includes(Number(text))) return false
  return true
}

/** The values that a counter may have, the most usual one first. */
function acceptable(counter: Counter, tally: Tally, stated: StatedCounters): readonly number[] {
  // A runner that writes only one of the two counts both kinds in it.
  const alone = stated.has('failures') !== stated.has('errors') ? [tally.badCases] : []
  switch (counter) {
    case 'tests':
      return [tally.tests]
    case 'failures':
      return [tally.failedCases, tally.failureElements, ...alone]
    case 'errors':
      return [tally.erroredCases, tally.errorElements, ...alone]
    case 'skipped':
    case 'skips':
      return [tally.skippedCases, tally.skippedCases - tally.switchedOff]
    case 'disabled':
      return [tally.switchedOff, tally.skippedCases, ...(stated.has('skipped') ? [0] : [])]
    case 'flakes':
      return [tally.flakyCases]
    case 'ignored':
      return [tally.skippedCases, tally.switchedOff]
    case 'warnings':
    case 'useless':
      return [0]
    case 'assertions':
      // Assertions are not listed: any count may be true.
      return [Number(stated.get('assertions'))]
  }
}
