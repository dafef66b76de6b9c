import type { CaseLedger } from './case-ledger.ts'
import type { ReadLimits } from './read-limits.ts'
import type { Remarks } from './remarks.ts'

/** Reads one file of one format, piece by piece. Both methods may throw a `Refusal`. */
export interface ByteReader {
  write(bytes: Buffer): void
  end(): void
}

/** Where a reader puts what it reads, and how much it may. */
export interface Reading {
  readonly ledger: CaseLedger
  readonly limits: ReadLimits
  readonly remarks: Remarks
}
