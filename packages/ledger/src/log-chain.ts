import type { TrustedKey } from '@bulkhead/envelope'
import { type Digest, type Finding, counted } from '@bulkhead/vocabulary'
import { sha256 } from '@bulkhead/envelope'
import type { EntryOnRecord, LedgerEntry } from './entry.ts'
import { type EntryRefusal, readEntry } from './entry-form.ts'
import { EnvironmentFold, type FoldMemory } from './state/environment-fold.ts'
import { GrowingTree, type Tile } from './tlog/growing-tree.ts'
import { hashLeaf } from './tlog/merkle-hash.ts'
import { ENTRY_CHECKS, type EntryCheck, STEP_CHECK } from './entry-checks.ts'
import { type KeyRules, type KeysMemory, LogKeys } from './log-keys.ts'
import type { Voided } from './taken-entries.ts'
import { against } from './ledger-findings.ts'
import { type DatesMemory, LogDates } from './log-dates.ts'
import type { Reservations } from './read/reservations.ts'

/** Whom and what a reader of a ledger trusts; all of it from the caller, none of it from the log. */
export interface LedgerTrust extends KeyRules {
  readonly keys: readonly TrustedKey[]
  /** SHA-256 of the bytes of the genesis entry, when the caller knows it. */
  readonly genesisDigest?: Digest
  /** An entry that was seen before: the log must still hold it, so that it cannot be cut or forked. */
  readonly head?: { readonly index: number; readonly digest: Digest }
}

export interface LedgerIdentity {
  readonly trust: LedgerTrust
  readonly origin: string
  readonly environment: string
}

/** What is said of one stored entry. `entry` is null when its bytes could not be read. */
export interface EntryJudgement<Entry extends EntryOnRecord = LedgerEntry> {
  readonly index: number
  readonly entry: Entry | null
  readonly findings: readonly Finding[]
}

/** A stored entry after its bytes were read and hashed, wherever that was done. */
export interface ReadEntry<Entry extends EntryOnRecord = EntryOnRecord> {
  readonly index: number
  readonly reading: { readonly kind: 'read'; readonly entry: Entry } | EntryRefusal
  /** SHA-256 of the bytes. */
  readonly digest: Digest
  /** Their hash as a leaf of the tree. */
  readonly leaf: Buffer
}

/** What the entries of a log that verified leave behind, as plain data; the tree lies in its tiles. */
export interface ChainMemory {
  readonly head: Digest
  readonly lastAt: string
  /** Absent in what was saved before clocks could be corrected. */
  readonly dates?: DatesMemory
  readonly fold: FoldMemory
  readonly keys: KeysMemory
}

/**
 * Judges a log entry by entry, in order. What it keeps is the last digest and the fold, never the
 * entries, so a log of any length needs the same memory.
 */
export class LogChain {
  readonly identity: LedgerIdentity
  readonly #checks: readonly EntryCheck[]
  readonly #placeChecks: readonly EntryCheck[]
  #keys: LogKeys
  #fold = new EnvironmentFold()
  #tree = new GrowingTree()
  #full: Tile[] = []
  #size = 0
  #head: Digest | null = null
  #dates = new LogDates()
  #sound = true

  constructor(identity: LedgerIdentity, checks: readonly EntryCheck[] = ENTRY_CHECKS) {
    this.identity = identity
    this.#keys = new LogKeys(identity.trust.keys, identity.trust)
    this.#checks = checks
    this.#placeChecks = checks.filter((check) => check !== STEP_CHECK)
  }

  /** Goes on after the last entry of a tree, with what was kept of all before. */
  static resume(
    identity: LedgerIdentity,
    checks: readonly EntryCheck[],
    tree: GrowingTree,
    { head, lastAt, dates, fold, keys }: ChainMemory,
  ): LogChain {
    const chain = new LogChain(identity, checks)
    chain.#tree = tree
    chain.#size = tree.size
    chain.#head = head
    chain.#dates = LogDates.resume(lastAt, dates)
    chain.#fold = EnvironmentFold.resume(fold)
    chain.#keys = LogKeys.resume(identity.trust.keys, identity.trust, keys)
    return chain
  }

  /** To go on from later. Undefined while the log is empty. */
  memory(): ChainMemory | undefined {
    if (this.#head === null) return undefined
    const [fold, keys] = [this.#fold.memory(), this.#keys.memory()]
    const dates = this.#dates.memory()
    return { head: this.#head, lastAt: this.lastAt, dates, fold, keys }
  }

  /** Whether nothing is wrong with form and links so far, and all of the log was seen. */
  get sound(): boolean {
    return this.#sound
  }

  /** The keys of the log as they are for the next entry. */
  get keys(): LogKeys {
    return this.#keys
  }

  get fold(): EnvironmentFold {
    return this.#fold
  }

  /** Number of entries so far: the index of the next. */
  get size(): number {
    return this.#size
  }

  /** The Merkle tree over the bytes of all entries so far. */
  get tree(): GrowingTree {
    return this.#tree
  }

  /** The tiles that were filled since this was last asked. */
  drainTiles(): readonly Tile[] {
    const full = this.#full
    this.#full = []
    return full
  }

  get head(): Digest | null {
    return this.#head
  }

  get lastAt(): string {
    return this.#dates.newest
  }

  get dates(): LogDates {
    return this.#dates
  }

  /** Reads and judges the next stored entry and moves past it, whatever is found. */
  judge(index: number, bytes: Buffer): EntryJudgement {
    return this.take(readBytes(index, bytes, this.#keys.all))
  }

  /**
   * For a writer, whom nobody may stop by writing junk: judges as {@link judge} does, but does not move
   * past what tells nothing of this log. That is what no key of the log signed, what belongs to another
   * log, and a copy of what came before. What a key signed for a place further on says that the log is
   * not what it was, and is never passed over. Before the first good entry nothing is junk: a log of
   * which nothing can be believed is not ours to begin anew.
   */
  judgeUnlessJunk(index: number, bytes: Buffer): EntryJudgement & { readonly junk: boolean } {
    const read = readBytes(index, bytes, this.#keys.all)
    const { reading } = read
    if (this.#size === 0) return { ...this.take(read), junk: false }
    if (reading.kind === 'refused') {
      const { code, reason } = reading
      return { index, entry: null, findings: [against(index, code, reason)], junk: true }
    }
    const { entry } = reading
    const { origin, environment } = this.identity
    const ours = entry.origin === origin && entry.environment === environment
    if (this.#keys.endOf(entry.signer) <= this.#size) {
      const message = `it is signed by ${entry.signer}, which signs nothing more`
      const findings = [against(index, 'ledger/revoked-key', message)]
      return { index, entry, findings, junk: true }
    }
    if (ours && entry.index >= this.#size) return { ...this.take(read), junk: false }
    const message = ours ? `it is a copy of entry ${entry.index}` : `it is of ${entry.origin}`
    const code = ours ? 'ledger/broken-chain' : 'ledger/wrong-origin'
    return { index, entry, findings: [against(index, code, message)], junk: true }
  }

  /** Judges the next entry, which was read already, and moves past it. */
  take<Entry extends EntryOnRecord>({
    index,
    reading,
    digest,
    leaf,
  }: ReadEntry<Entry>): EntryJudgement<Entry> {
    const entry = reading.kind === 'read' ? reading.entry : null
    const findings =
      reading.kind === 'read'
        ? this.#judgeEntry(reading.entry, index)
        : [against(index, reading.code, reading.reason)]
    if (findings.some(({ code }) => code !== 'ledger/illegal-step')) this.#sound = false
    this.#full.push(...this.#tree.append(leaf))
    this.#moveTo(index, digest, entry, findings.length === 0)
    const pinned = checkPinned(this.identity.trust, index, digest)
    return { index, entry, findings: pinned.length === 0 ? findings : [...findings, ...pinned] }
  }

  /** After the first break nobody can say what may follow what: only form and links are judged on. */
  #judgeEntry(entry: EntryOnRecord, index: number): readonly Finding[] {
    let findings = NONE
    for (const check of this.#placeChecks) {
      const finding = check.judge(this, entry, index)
      if (finding !== undefined) findings = [...findings, finding]
    }
    if (findings.length > 0 || !this.#sound || !this.#checks.includes(STEP_CHECK)) return findings
    const illegal = STEP_CHECK.judge(this, entry, index)
    return illegal === undefined ? findings : [illegal]
  }

  #moveTo(index: number, digest: Digest, entry: EntryOnRecord | null, legal: boolean): void {
    this.#size = index + 1
    this.#head = digest
    if (entry !== null) this.#dates.apply(entry)
    if (entry === null || !legal) return
    this.#fold.apply(entry)
    for (const taken of this.#keys.apply(entry)) this.#fold.takeBack(taken)
  }

  /**
   * Entries that a stolen key signed and that do not count: what nobody has acknowledged since, and what
   * somebody has. A writer goes on past both.
   */
  judgeVoided(): { readonly open: readonly Finding[]; readonly acknowledged: readonly Finding[] } {
    const { voided } = this.#keys
    const of = (acknowledged: boolean) =>
      voided.filter((one) => (one.acknowledgedBy !== null) === acknowledged).flatMap(takenBack)
    return { open: of(false), acknowledged: of(true) }
  }

  /** The same for those who read entries one by one. */
  get reservations(): Reservations {
    return { voided: this.#keys.voided, corrected: this.#dates.corrected }
  }

  /** Dates that ran ahead and that somebody has corrected on record, for all who come after. */
  judgeCorrected(): readonly Finding[] {
    return this.#dates.corrected.map(({ from, upTo, by, reason }) => {
      const those = upTo - 1 > from ? ` and those up to entry ${upTo - 1}` : ''
      const message = `it${those} ran ahead; entry ${by} corrected the clock: ${reason}`
      return against(from, 'ledger/wrong-clock', message)
    })
  }

  /** What can only be said at the end: a log that stops before what was seen of it is cut. */
  judgeCut(): readonly Finding[] {
    const { head } = this.identity.trust
    if (head === undefined || head.index < this.#size) return []
    const message = `the log has ${counted(this.#size, 'entry', 'entries')}; entry ${head.index} was seen before`
    return [against(head.index, 'ledger/rewritten', message)]
  }

  /** The same for who may begin a log: one whose genesis is pinned was begun before. */
  judgeEnd(): readonly Finding[] {
    const cut = this.judgeCut()
    if (cut.length > 0) return cut
    const { genesisDigest } = this.identity.trust
    if (genesisDigest !== undefined && this.#size === 0) {
      return [against(0, 'ledger/missing', 'the log is empty, a genesis is pinned')]
    }
    return []
  }

  /** Whether the newest entry known is still this one. */
  stillHolds(index: number, bytes: Buffer): boolean {
    return index === this.#size - 1 && sha256(bytes) === this.#head
  }

  /** The finding for a log that no longer holds what was read of it before. */
  rewritten(): Finding {
    const message = 'it is gone or changed since this process read it'
    return against(this.#size - 1, 'ledger/rewritten', message)
  }

  /** A copy that goes its own way: to try entries out before they are written. */
  fork(): LogChain {
    const copy = new LogChain(this.identity, this.#checks)
    copy.#keys = this.#keys.fork()
    copy.#fold = this.#fold.fork()
    copy.#tree = this.#tree.fork()
    copy.#full = [...this.#full]
    copy.#size = this.#size
    copy.#head = this.#head
    copy.#dates = this.#dates.fork()
    copy.#sound = this.#sound
    return copy
  }
}

/** Nearly every entry: a list of its own for each would be work for the garbage collector. */
const NONE: readonly Finding[] = []

function takenBack({ by, indexes, from, more }: Voided): readonly Finding[] {
  const why = `its key signs nothing from entry ${from} on, says entry ${by}`
  const named = indexes.map((index) => against(index, 'ledger/revoked-key', why))
  const [first = by] = indexes
  const rest = `entries of this key from ${from} up to ${first} do not count either: ${why}`
  return more ? [...named, against(first, 'ledger/revoked-key', rest)] : named
}

/** Reads, hashes and checks the signature of one entry: the dear part of judging it. */
export function readBytes(
  index: number,
  bytes: Buffer,
  keys: readonly TrustedKey[],
): ReadEntry<LedgerEntry> {
  const reading = readEntry(bytes, keys)
  const digest = reading.kind === 'read' ? reading.entry.digest : sha256(bytes)
  return { index, reading, digest, leaf: hashLeaf(bytes) }
}

function checkPinned({ head }: LedgerTrust, index: number, digest: Digest): readonly Finding[] {
  if (head === undefined || head.index !== index || head.digest === digest) return NONE
  return [against(index, 'ledger/rewritten', `it is ${digest}, seen before was ${head.digest}`)]
}
