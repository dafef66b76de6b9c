/** A zone whose traffic somebody has shifted away, as the ledger says. */
export interface ShiftOnRecord {
  readonly region: string
  readonly zone: string
  /** Who said so first. */
  readonly by: string
  readonly reason: string
  readonly at: string
  /** Of the entry by which it was first intended. */
  readonly index: number
  /** Whether the target has said that it is done; until then it counts as away all the same. */
  readonly done: boolean
  /** Somebody has begun to restore it, and has not ended that. */
  readonly returning: boolean
}
