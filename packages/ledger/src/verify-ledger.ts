import type { Digest, Finding } from '@bulkhead/vocabulary'
import type { LedgerEntry } from './entry.ts'
import type { EnvironmentState } from './state/environment-state.ts'
import type { StoredEntry } from './ledger-store.ts'
import { type EntryJudgement, type LedgerIdentity, LogChain } from './log-chain.ts'

export interface VerifyLedgerRequest extends LedgerIdentity {
  readonly entries: AsyncIterable<StoredEntry> | Iterable<StoredEntry>
}

/** What remains when a whole log was judged. */
export interface LedgerEnd {
  /** Reasons that no single entry gives: the log stops too early. */
  readonly findings: readonly Finding[]
  readonly head: Digest | null
  readonly state: EnvironmentState
}

/** A verified log in memory. Only without findings may anything be concluded from it. */
export interface LedgerVerification {
  /** Every entry that could be read, in order. */
  readonly entries: readonly LedgerEntry[]
  readonly findings: readonly Finding[]
  /** SHA-256 of the newest entry: worth remembering, for it pins all before it. */
  readonly head: Digest | null
  /** What it says of its environment; what a revocation took back says nothing. */
  readonly state: EnvironmentState
}

/** After so many findings nothing is learned from more. */
const MAX_FINDINGS = 1_000

/**
 * Judges a log as it streams by: strict form, signature, index, link, origin and environment, date,
 * genesis, and what may follow what (annex ledger.md §6). Memory stays flat. An empty log is no
 * finding, unless a genesis or an entry of it is pinned.
 */
export async function* judgeLedger(
  request: VerifyLedgerRequest,
): AsyncGenerator<EntryJudgement, LedgerEnd> {
  const chain = new LogChain(request)
  for await (const { index, bytes } of request.entries) {
    yield chain.judge(index, bytes)
    chain.drainTiles()
  }
  return { findings: chain.judgeEnd(), head: chain.head, state: chain.fold.state() }
}

/** Verifies a whole log and keeps its entries. */
export async function verifyLedger(request: VerifyLedgerRequest): Promise<LedgerVerification> {
  const entries: LedgerEntry[] = []
  const findings: Finding[] = []
  const chain = new LogChain(request)
  for await (const { index, bytes } of request.entries) {
    const judged = chain.judge(index, bytes)
    chain.drainTiles()
    findings.push(...judged.findings)
    if (judged.entry !== null) entries.push(judged.entry)
    if (findings.length >= MAX_FINDINGS)
      return { entries, findings, head: null, state: chain.fold.state() }
  }
  findings.push(...chain.judgeEnd())
  return { entries, findings, head: chain.head, state: chain.fold.state() }
}
