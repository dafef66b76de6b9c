import type { Finding } from '@bulkhead/vocabulary'

/** The bytes of one entry, and the index under which they are stored. */
export interface StoredEntry {
  readonly index: number
  readonly bytes: Buffer
}

/** A file beside the entries: a tile of the tree, or the checkpoint. */
export interface StoredFile {
  readonly path: string
  readonly bytes: Buffer
}

/** One state of a store. What is read at a position never changes. */
export interface StorePosition {
  /**
   * Names the newest append and no other: a commit, or whatever the store knows it by. Null while
   * there is none. Two appends never have the same name, even of the same bytes: a writer whose answer
   * was lost knows its own append by it.
   */
  readonly tip: string | null
  /** The same in the remote that decides races, for a store that is a copy of one. */
  readonly remote?: string | null
}

export interface AppendRequest {
  /** The position that the entries build on. */
  readonly expected: StorePosition
  /**
   * At least one. What the store holds under the index of the first and after it was read at
   * `expected` and is no part of the log: the append takes its place.
   */
  readonly entries: readonly StoredEntry[]
  /** Files that follow from the entries, kept beside them. */
  readonly files?: readonly StoredFile[]
  /** Folders of files that nobody needs any more; a store may keep them. */
  readonly removed?: readonly string[]
  /** ISO 8601 in UTC; dates the append. */
  readonly at: string
}

export type AppendOutcome =
  | { readonly kind: 'appended'; readonly position: StorePosition }
  /**
   * Somebody else appended first, or is about to. Nothing of ours is in the log. `held`: the log has not
   * grown, but is locked; in the store's own words, for a lock may be left by somebody who was killed.
   */
  | { readonly kind: 'lost-race'; readonly held?: string }

/** Where entries lie. A store keeps bytes and decides races; it judges nothing and is not trusted. */
export interface LedgerStore {
  /** @throws WorldError `ledger/append-failed` when the store cannot be reached */
  head(): Promise<StorePosition>
  /** Entries from an index on, in order of their indexes, at a position (default: the newest). */
  read(from: number, at?: StorePosition): AsyncIterable<StoredEntry>
  /**
   * All entries in one step, or none. When the answer of the world is lost, the store looks whether
   * the append was done: it is never reported as lost and never done twice.
   * @throws WorldError `ledger/append-failed` when that cannot be known, or nothing was written
   */
  append(request: AppendRequest): Promise<AppendOutcome>
  /**
   * A file beside the entries; undefined when it is not there. A crash right after an append may leave
   * tiles unwritten: they follow from the entries, and the next append writes them.
   */
  readFile(path: string, at?: StorePosition): Promise<Buffer | undefined>
  /** What is wrong with the store apart from its entries: foreign paths, second versions. At most 100. */
  inspect(): Promise<readonly Finding[]>
  /** Ends connections. Nothing is to be done after it. */
  close?(): Promise<void>
}
