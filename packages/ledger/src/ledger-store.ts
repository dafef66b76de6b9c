import type { CommitId } from '@bulkhead/vocabulary'

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
  /** The newest commit of the log, null while there is none. */
  readonly commit: CommitId | null
  /** Likewise in the remote that decides races, undefined where there is none. */
  readonly remote: CommitId | null | undefined
}

export interface AppendRequest {
  /** The position that the entries build on. */
  readonly expected: StorePosition
  readonly entries: readonly StoredEntry[]
  /** Files that follow from the entries, written in the same step; a store may keep none. */
  readonly files?: readonly StoredFile[]
  /** Paths of files or folders that the same step removes. */
  readonly removed?: readonly string[]
  /** ISO 8601 in UTC; dates the commit. */
  readonly at: string
}

export type AppendOutcome =
  | { readonly kind: 'appended'; readonly position: StorePosition }
  /** Somebody else appended first. Nothing of ours is in the log. */
  | { readonly kind: 'lost-race' }

/** Where entries lie. A store keeps bytes and decides races; it judges nothing and is not trusted. */
export interface LedgerStore {
  /** @throws WorldError `ledger/append-failed` when the store cannot be reached */
  head(): Promise<StorePosition>
  /** Entries from an index on, in order of their indexes, at a position (default: the newest). */
  read(from: number, at?: StorePosition): AsyncIterable<StoredEntry>
  /** All entries in one step, or none. @throws WorldError `ledger/append-failed` */
  append(request: AppendRequest): Promise<AppendOutcome>
  /** A file beside the entries; undefined when it is not there. Absent where a store keeps none. */
  readFile?(path: string, at?: StorePosition): Promise<Buffer | undefined>
  /** What lies in the store and is no entry: never obeyed. At most 100 paths. */
  listForeign(): Promise<readonly string[]>
}
