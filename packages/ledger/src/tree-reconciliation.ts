import { type Finding, counted } from '@bulkhead/vocabulary'
import type { LogChain } from './log-chain.ts'
import type { LedgerStore, StorePosition, StoredFile } from './ledger-store.ts'
import { againstCheckpoint } from './ledger-findings.ts'
import {
  CHECKPOINT,
  claimedHead,
  differingTiles,
  fileOfTile,
  openStoredCheckpoint,
} from './stored-tree.ts'
import type { TreeHead } from './tlog/proofs.ts'
import type { ReadFile } from './tlog/tiled-tree.ts'

/**
 * Compares what a store holds of the tree with what its entries make of it, while a writer catches up.
 * What is missing or is junk gets repaired by the next append: a log written before there were tiles
 * is upgraded so, and nobody can stop deploys by spoiling files that follow from the entries. A
 * checkpoint that the log's own key signed is no junk: where it contradicts the entries, they were cut
 * or rewritten.
 */
export class TreeReconciliation {
  readonly #readFile: ReadFile
  readonly #repairs: StoredFile[] = []
  #note: Buffer | undefined
  #claimed: TreeHead | undefined
  #contradicted = false

  constructor(store: LedgerStore, position: StorePosition) {
    this.#readFile = (path) => store.readFile(path, position)
  }

  /** Files that the next append is to write anew. */
  get repairs(): readonly StoredFile[] {
    return this.#repairs
  }

  async begin(): Promise<void> {
    this.#note = await this.#readFile?.(CHECKPOINT)
    this.#claimed = claimedHead(this.#note)
  }

  /** After each entry: the tree passes the size of the checkpoint, and may have filled tiles. */
  async follow(chain: LogChain): Promise<void> {
    const full = chain.drainTiles()
    const { size, root } = chain.tree
    if (this.#claimed?.size === size) this.#contradicted ||= !this.#claimed.root.equals(root)
    if (full.length === 0) return
    const differing = await differingTiles(this.#readFile, full)
    this.#repairs.push(...differing.map(fileOfTile))
  }

  async end({ tree, identity, keys }: LogChain): Promise<readonly Finding[]> {
    const differing = await differingTiles(this.#readFile, tree.edge())
    this.#repairs.push(...differing.map(fileOfTile))
    const stored = openStoredCheckpoint(this.#note, identity.origin, keys)
    if (stored.kind !== 'read') return []
    const seen = stored.checkpoint
    if (seen.size > tree.size) {
      const message = `it was signed for ${counted(seen.size, 'entry', 'entries')}, the log has ${tree.size}`
      return [againstCheckpoint('ledger/rewritten', message)]
    }
    const message = `it was signed for other entries than the first ${seen.size} of the log`
    return this.#contradicted ? [againstCheckpoint('ledger/rewritten', message)] : []
  }
}
