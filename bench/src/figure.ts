/** One published figure, measured beside its peer in the same run (DESIGN §7). */
export interface Figure {
  readonly name: string
  readonly what: string
  measure(): Promise<Measurement>
}

/** `measured` and `peer` have the same unit; `ratio` is measured against peer as the mark states it. */
export interface Measurement {
  readonly measured: number
  readonly unit: string
  readonly peer: { readonly name: string; readonly value: number } | null
  readonly ratio: number | null
  readonly mark: string
  readonly holds: boolean
  /** Whatever else was seen, such as memory. */
  readonly notes: readonly string[]
}

/** Middle of an odd number of runs: these machines are noisy, a minimum flatters. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted[Math.floor(sorted.length / 2)]
  if (middle === undefined) throw new TypeError('no values')
  return middle
}
