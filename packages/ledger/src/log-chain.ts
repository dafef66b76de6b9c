import type { TrustedKey } from '@bulkhead/envelope'
import type { Digest, Finding } from '@bulkhead/vocabulary'
import { sha256 } from '@bulkhead/envelope'
import type { LedgerEntry } from './entry.ts'
import { type EntryReading, readEntry } from './entry-form.ts'
import { EnvironmentFold } from './environment-fold.ts'
import { GrowingTree, type Tile } from './tlog/growing-tree.ts'
import { hashLeaf } from './tlog/merkle-hash.ts'
import { ENTRY_CHECKS, type EntryCheck, STEP_CHECK } from './entry-checks.ts'
import { revokedKeyOf } from './rules.ts'
import { against } from './ledger-findings.ts'

/** Whom and what a reader of a ledger trusts; all of it from the caller, none of it from the log. */
export interface LedgerTrust {
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
export interface EntryJudgement {
  readonly index: number
  readonly entry: LedgerEntry | null
  readonly findings: readonly Finding[]
}

/** From where a chain goes on that was verified before. */
export interface ChainStart {
  readonly tree: GrowingTree
  readonly head: Digest
  readonly lastAt: string
}

/**
 * Judges a log entry by entry, in order. What it keeps is the last digest and the fold, never the
 * entries, so a log of any length needs the same memory.
 */
export class LogChain {
  readonly identity: LedgerIdentity
  readonly #checks: readonly EntryCheck[]
  #revoked: ReadonlySet<string> = new Set()
  #fold = new EnvironmentFold()
  #tree = new GrowingTree()
  #full: Tile[] = []
  #size = 0
  #head: Digest | null = null
  #lastAt = ''
  #sound = true

  constructor(identity: LedgerIdentity, checks: readonly EntryCheck[] = ENTRY_CHECKS) {
    this.identity = identity
    this.#checks = checks
  }

  /** Without what came before, nobody can say what may follow: steps are not judged from here. */
  static resume(
    identity: LedgerIdentity,
    checks: readonly EntryCheck[],
    { tree, head, lastAt }: ChainStart,
  ): LogChain {
    const chain = new LogChain(identity, checks)
    chain.#tree = tree
    chain.#size = tree.size
    chain.#head = head
    chain.#lastAt = lastAt
    chain.#sound = false
    return chain
  }

  /** Whether nothing is wrong with form and links so far, and all of the log was seen. */
  get sound(): boolean {
    return this.#sound
  }

  /** Whether an earlier entry ended this key. */
  isRevoked(keyId: string): boolean {
    return this.#revoked.has(keyId)
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
    return this.#lastAt
  }

  /** Judges the next stored entry and moves past it, whatever is found. */
  judge(index: number, bytes: Buffer): EntryJudgement {
    return this.#take(index, bytes, readEntry(bytes, this.identity.trust.keys))
  }

  /**
   * For a writer, whom nobody may stop by writing junk: judges as {@link judge} does, but does not move
   * past what tells nothing of this log. That is what no key of the log signed, what belongs to another
   * log, and a copy of what came before. What a key signed for a place further on says that the log is
   * not what it was, and is never passed over. Before the first good entry nothing is junk: a log of
   * which nothing can be believed is not ours to begin anew.
   */
  judgeUnlessJunk(index: number, bytes: Buffer): EntryJudgement & { readonly junk: boolean } {
    const reading = readEntry(bytes, this.identity.trust.keys)
    if (this.#size === 0) return { ...this.#take(index, bytes, reading), junk: false }
    if (reading.kind === 'refused') {
      const { code, reason } = reading
      return { index, entry: null, findings: [against(index, code, reason)], junk: true }
    }
    const { entry } = reading
    const { origin, environment } = this.identity
    const ours = entry.origin === origin && entry.environment === environment
    if (ours && entry.index >= this.#size) {
      return { ...this.#take(index, bytes, reading), junk: false }
    }
    const message = ours ? `it is a copy of entry ${entry.index}` : `it is of ${entry.origin}`
    const code = ours ? 'ledger/broken-chain' : 'ledger/wrong-origin'
    return { index, entry, findings: [against(index, code, message)], junk: true }
  }

  #take(index: number, bytes: Buffer, reading: EntryReading): EntryJudgement {
    const entry = reading.kind === 'read' ? reading.entry : null
    const findings =
      reading.kind === 'read'
        ? this.#judgeEntry(reading.entry, index)
        : [against(index, reading.code, reading.reason)]
    if (findings.some(({ code }) => code !== 'ledger/illegal-step')) this.#sound = false
    this.#full.push(...this.#tree.append(hashLeaf(bytes)))
    const digest = sha256(bytes)
    this.#moveTo(index, digest, entry, findings.length === 0)
    return {
      index,
      entry,
      findings: [...findings, ...checkPinned(this.identity.trust, index, digest)],
    }
  }

  /** After the first break nobody can say what may follow what: only form and links are judged on. */
  #judgeEntry(entry: LedgerEntry, index: number): readonly Finding[] {
    const place = this.#checks.filter((check) => check !== STEP_CHECK)
    const findings = place.flatMap((check) => check.judge(this, entry, index) ?? [])
    if (findings.length > 0 || !this.#sound || !this.#checks.includes(STEP_CHECK)) return findings
    return [STEP_CHECK.judge(this, entry, index) ?? []].flat()
  }

  #moveTo(index: number, digest: Digest, entry: LedgerEntry | null, legal: boolean): void {
    this.#size = index + 1
    this.#head = digest
    if (entry !== null && entry.at > this.#lastAt) this.#lastAt = entry.at
    if (entry !== null && legal) this.#fold.apply(entry)
    const revoked = entry?.kind === 'key.revoked' && legal ? revokedKeyOf(entry.data) : undefined
    if (revoked !== undefined) this.#revoked = new Set([...this.#revoked, revoked])
  }

  /** What can only be said at the end: a log that stops before what was seen of it is cut. */
  judgeEnd(): readonly Finding[] {
    const { head, genesisDigest } = this.identity.trust
    if (head !== undefined && head.index >= this.#size) {
      const message = `the log has ${this.#size} entries; entry ${head.index} was seen before`
      return [against(head.index, 'ledger/rewritten', message)]
    }
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
    copy.#revoked = this.#revoked
    copy.#fold = this.#fold.fork()
    copy.#tree = this.#tree.fork()
    copy.#full = [...this.#full]
    copy.#size = this.#size
    copy.#head = this.#head
    copy.#lastAt = this.#lastAt
    copy.#sound = this.#sound
    return copy
  }
}

function checkPinned({ head }: LedgerTrust, index: number, digest: Digest): readonly Finding[] {
  if (head === undefined || head.index !== index || head.digest === digest) return []
  return [against(index, 'ledger/rewritten', `it is ${digest}, seen before was ${head.digest}`)]
}
