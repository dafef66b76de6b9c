import type { CommitId, Digest, FencingToken } from '@bulkhead/vocabulary'

export const LEDGER_ENTRY_TYPE = 'https://bulkhead.dev/ledger-entry/v1'

export const ENTRY_KINDS = [
  'genesis',
  'lease.acquired',
  'lease.renewed',
  'lease.released',
  'lease.broken',
  'gate.verdict',
  'deploy.started',
  'deploy.step',
  'deploy.paused',
  'deploy.resumed',
  'deploy.ordered',
  'deploy.finished',
  'deploy.refused',
  'rollback.started',
  'queue.added',
  'queue.removed',
  'queue.taken',
  'queue.settled',
  'zone.shifted',
  'zone.restored',
  'hotfix.declared',
  'hotfix.moved',
  'hotfix.paged',
  'hotfix.acknowledged',
  'hotfix.approved',
  'hotfix.shipped',
  'hotfix.opened',
  'hotfix.closed',
  'debt.owed',
  'debt.repaid',
  'heartbeat',
  'key.rotated',
  'key.revoked',
  'key.acknowledged',
  'clock.corrected',
  'annotation',
] as const

/** What happened. A kind is one word here and one row of the table in kinds.ts. */
export type EntryKind = (typeof ENTRY_KINDS)[number]

export interface Actor {
  readonly provider: string
  readonly id: string
  readonly role: string
}

/** A commit with the artifacts that ship for it. */
export interface ReleaseOnRecord {
  readonly commit: CommitId
  readonly artifacts: readonly { readonly name: string; readonly digest: Digest }[]
}

/** What the caller wants recorded; the ledger adds index, previous hash, origin and clocks. */
export interface EntryDraft {
  readonly kind: EntryKind
  /** What the entry is about, if it is about a release. */
  readonly release?: ReleaseOnRecord
  /** The holder's token; absent for entries that need no lease. */
  readonly fence?: FencingToken
  readonly actors: readonly Actor[]
  /** Plain JSON data of this kind. The rules read what they need; the rest is only bounded in size. */
  readonly data: Readonly<Record<string, unknown>>
}

/** What an entry says, read back and signed by a trusted key. */
export interface EntryOnRecord extends EntryDraft {
  readonly index: number
  /** SHA-256 of the bytes of the entry before; null for the genesis entry. */
  readonly previous: Digest | null
  readonly origin: string
  readonly environment: string
  /** ISO 8601 in UTC, by the writer's clock, never before the entry before it. */
  readonly at: string
  /** Identity of the run that wrote it, as the writer states it: provider-specific names and values. */
  readonly runner: Readonly<Record<string, string>>
  /** Name of the trusted key that signed. */
  readonly signer: string
  /** SHA-256 of its bytes. */
  readonly digest: Digest
}

/** One entry with its exact bytes, which are the record: the rest is parsed from them. */
export interface LedgerEntry extends EntryOnRecord {
  readonly bytes: Buffer
}
