import type { SignedCheckpoint } from '../tlog/checkpoint.ts'
import type { TreeHead } from '../tlog/proofs.ts'
import type { StoredCheckpoint } from '../stored-tree.ts'
import type { VerifierPolicy } from './verifier-policy.ts'

/** A checkpoint from outside the log, beside what the log's entries make of its size. */
export interface ComparedCheckpoint {
  readonly checkpoint: SignedCheckpoint
  /** What the keys say of it that the log's entries leave it: a log may have replaced its key since. */
  readonly reading: StoredCheckpoint
  /** Null when the log does not reach its size, or was not read from before it. */
  readonly root: Buffer | null
}

/** All that was seen of a log, as plain data: what the checks of a whole log judge. */
export interface LogView {
  readonly policy: VerifierPolicy
  /** The verifier's clock, milliseconds since the epoch. */
  readonly now: number
  /** The tree that the entries make. */
  readonly tree: TreeHead
  /** Date of the newest entry; empty when there is none. */
  readonly lastAt: string
  /** Entries dated ahead of the verifier's clock whose dates nobody has corrected since; at most 1,000. */
  readonly ahead: readonly { readonly index: number; readonly at: string }[]
  readonly stored: StoredCheckpoint
  /** What as many entries make as the stored checkpoint claims; null when the log does not reach them. */
  readonly rootAtStored: Buffer | null
  /** Paths of tiles that are not what the entries make of them; at most 100. */
  readonly differingTiles: readonly string[]
  /** The last entry that was asked about; later ones were not read. */
  readonly at?: number
  /** With `at`: whether what was read is the beginning of a longer tree. */
  readonly leadsTo?: (longer: TreeHead) => boolean
  /** What the verifier remembers. */
  readonly from?: ComparedCheckpoint
  /** What witnesses cosigned. */
  readonly witnessed?: ComparedCheckpoint
}
