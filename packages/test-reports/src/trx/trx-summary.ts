import { OUTCOME_COUNTERS } from './grammar.ts'
import type { TrxResult } from './trx-result.ts'

/**
 * Which counters of the summary contradict the results. VSTest leaves all counters but `total`,
 * `executed`, `passed` and `failed` at 0 whatever happened; where one is not 0 it must be true.
 *
 * @param inner results of data rows, which some loggers count and others do not
 */
export function trxContradictions(
  stated: ReadonlyMap<string, string>,
  results: readonly TrxResult[],
  inner: readonly TrxResult[],
): string[] {
  const unreadable = [...stated].filter(([, text]) => !/^\d{1,9}$/.test(text))
  if (unreadable.length > 0)
    return unreadable.map(([name, text]) => `${name}="${text.slice(0, 80)}" is not a count`)
  const views = inner.length === 0 ? [results] : [results, [...results, ...inner], inner]
  const found = views.map((view) => contradictionsOf(stated, view))
  return found.some((list) => list.length === 0) ? [] : (found[0] ?? [])
}

function contradictionsOf(
  stated: ReadonlyMap<string, string>,
  results: readonly TrxResult[],
): string[] {
  return [...stated].flatMap(([name, text]) => {
    const allowed = acceptable(name, results)
    return allowed.includes(Number(text))
      ? []
      : [`${name}="${text}", but the report lists ${allowed[0] ?? 0}`]
  })
}

function acceptable(counter: string, results: readonly TrxResult[]): number[] {
  const count = (test: (result: TrxResult) => boolean) => results.filter(test).length
  const total = results.length
  if (counter === 'total') return [total]
  const skipped = count(({ status }) => status === 'skipped')
  if (counter === 'executed')
    return [total - count(({ outcome }) => outcome === 'NotExecuted'), total - skipped, total]
  const named = count(({ outcome }) => outcome.toLowerCase() === counter.toLowerCase())
  if (counter === 'passed') return [named]
  if (counter === 'failed')
    return [named, count(({ status }) => status === 'failed' || status === 'errored')]
  return OUTCOME_COUNTERS.includes(counter) ? [named, 0] : []
}
