/** How far one group of values lies above another. */
export interface Shift {
  /** Hodges–Lehmann estimate: the median of all differences `observed − reference`. */
  readonly estimate: number
  /** Confidence interval of the estimate. */
  readonly low: number
  readonly high: number
}

/** More values than this in a group are thinned out evenly: the pairs are counted in the square of it. */
const MOST_VALUES = 500

/**
 * The Hodges–Lehmann shift from `reference` to `observed` with the confidence interval of the
 * Mann–Whitney test (Hollander, Wolfe, Chicken: Nonparametric Statistical Methods, §4.2–4.3): the k-th
 * smallest and the k-th largest of the m·n differences, k by the normal approximation with continuity
 * correction. Good from about ten values a group; outliers move it little.
 * @param z quantile of the normal distribution for the two-sided confidence, e.g. 2.3263 for 98 %
 */
export function hodgesLehmann(
  reference: readonly number[],
  observed: readonly number[],
  z: number,
): Shift | undefined {
  if (reference.length === 0 || observed.length === 0) return undefined
  const [x, y] = [thinned(reference), thinned(observed)]
  const pairs = x.length * y.length
  const differences = new Float64Array(pairs)
  y.forEach((value, row) =>
    x.forEach((base, column) => {
      differences[row * x.length + column] = value - base
    }),
  )
  differences.sort()
  const at = (index: number): number => differences[index] ?? Number.NaN
  const spread = z * Math.sqrt((pairs * (x.length + y.length + 1)) / 12)
  const rank = Math.max(0, Math.floor(pairs / 2 - spread - 0.5))
  const middle = Math.floor(pairs / 2)
  return {
    estimate: pairs % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2,
    low: at(rank),
    high: at(pairs - 1 - rank),
  }
}

function thinned(values: readonly number[]): readonly number[] {
  if (values.length <= MOST_VALUES) return values
  const stride = values.length / MOST_VALUES
  return Array.from({ length: MOST_VALUES }, (_, at) => values[Math.floor(at * stride)] ?? 0)
}

/** The middle value; NaN of none. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}
