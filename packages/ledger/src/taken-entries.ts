/** Entries that a cut-off in the past takes back: those that one key signed since. */
export interface Taken {
  readonly indexes: readonly number[]
  readonly from: number
  /** Name of the key that signed them; absent where every index is known. */
  readonly key?: string
  /** Whether earlier ones, no longer known by index, are taken back too. */
  readonly more: boolean
}

/** Entries that the revocation at index `by` took back, and the entry by which somebody has seen it. */
export interface Voided extends Taken {
  readonly by: number
  readonly acknowledgedBy: number | null
}

/** Whether an entry is among them. */
export function takenBackBy({ indexes, from, more }: Taken): (index: number) => boolean {
  const [first = Number.MAX_SAFE_INTEGER] = indexes
  const gone = new Set(indexes)
  return (index) => gone.has(index) || (more && index >= from && index < first)
}
