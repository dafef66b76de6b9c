import { sha256 } from '@bulkhead/envelope'
import type { Digest, Finding } from '@bulkhead/vocabulary'
import type { EntryOnRecord } from '../entry.ts'
import type { Reservations } from '../read/reservations.ts'
import type { EnvironmentState } from '../state/environment-state.ts'
import type { StoredEntry } from '../ledger-store.ts'
import type { EntryCheck } from '../entry-checks.ts'
import { type ChainMemory, type EntryJudgement, LogChain } from '../log-chain.ts'
import { CHECKPOINT, claimedHead, openStoredCheckpoint } from '../stored-tree.ts'
import type { SignedCheckpoint } from '../tlog/checkpoint.ts'
import { hashLeaf } from '../tlog/merkle-hash.ts'
import { type ReadFile, TileMissing, TiledTree } from '../tlog/tiled-tree.ts'
import type { EntryBatch } from './entry-batch.ts'
import type { EntryReader } from './entry-reader.ts'
import { LOG_CHECKS, type LogCheck } from './log-checks.ts'
import { LogWatch } from './log-watch.ts'
import { entryChecksOf } from './policy-checks.ts'
import type { VerifierPolicy } from './verifier-policy.ts'

/** What is read of a log: one state of a store. None of it is trusted. */
export interface LogSource {
  read(from: number): AsyncIterable<StoredEntry>
  /** The same in pieces, where that is quicker. */
  readBatches?(from: number): AsyncIterable<EntryBatch>
  readonly readFile: ReadFile
}

export interface AuditRequest {
  readonly policy: VerifierPolicy
  readonly log: LogSource
  /** The verifier's clock, milliseconds since the epoch. */
  readonly now: number
  /** What this verifier saw and verified before: the log must have signed it, and continue it. */
  readonly from?: SignedCheckpoint
  /** What the entries up to `from` left behind: only what is new is read. Without it, all is read. */
  readonly memory?: ChainMemory
  /** Judges the log as it was when this entry was its newest. */
  readonly at?: number
  /** An entry that was seen before: the log must still hold it. */
  readonly head?: { readonly index: number; readonly digest: Digest }
  /** A checkpoint with cosignatures; whether the log signed it is judged by the keys that it leaves. */
  readonly witnessed?: SignedCheckpoint
  /** Reads entries on other cores. Default: in this thread. */
  readonly reader?: EntryReader
}

export interface AuditChecks {
  readonly entry: readonly EntryCheck[]
  readonly log: readonly LogCheck[]
}

/** What an audit says at its end. */
export interface AuditEnd {
  /** Reasons that no single entry gives. */
  readonly findings: readonly Finding[]
  /** Against entries that do not count, or were dated ahead, as somebody has said on record. */
  readonly acknowledged: readonly Finding[]
  /** The same for those who read entries one by one. */
  readonly reservations: Reservations
  readonly size: number
  /** How many of them the given witnesses have seen; null when none were given. */
  readonly witnessed: number | null
  readonly root: Buffer
  /** SHA-256 of the newest entry. */
  readonly head: Digest | null
  /** What the log says of its environment; where there are findings, only what was sound says it. */
  readonly state: EnvironmentState
  /** To go on from; undefined for an empty log. */
  readonly memory: ChainMemory | undefined
}

/** Every check of a verifier with this policy. */
export const auditChecks = ({ policy }: AuditRequest): AuditChecks => ({
  entry: entryChecksOf(policy),
  log: LOG_CHECKS,
})

/**
 * Verifies a log by the caller's policy alone: entries as they stream by, then the log as a whole
 * (annex ledger.md §6). Memory stays flat, and with `from` the time is that of the new entries.
 */
export async function* auditLog(
  request: AuditRequest,
  checks: AuditChecks = auditChecks(request),
): AsyncGenerator<readonly EntryJudgement<EntryOnRecord>[], AuditEnd> {
  const { policy, log } = request
  const { origin, environment, logKeys, genesis, principals, keyThreshold, until } = policy
  const note = await log.readFile(CHECKPOINT)
  const trust = {
    keys: logKeys,
    ...(principals && { principals }),
    ...(keyThreshold !== undefined && { keyThreshold }),
    ...(until && { until }),
    ...(genesis === undefined ? {} : { genesisDigest: genesis }),
    ...(request.head === undefined ? {} : { head: request.head }),
  }
  const fresh = new LogChain({ trust, origin, environment }, checks.entry)
  const available = claimedHead(note)?.size ?? 0
  const resumed = await resumedChain(request, fresh, checks.entry, available)
  const chain = resumed ?? fresh
  const watch = new LogWatch(request, chain, available)
  yield* watch.follow()
  const view = {
    ...(await watch.view()),
    stored: openStoredCheckpoint(note, origin, chain.keys),
  }
  const judged = checks.log.flatMap((check) => check.judge(view))
  const { size, root } = chain.tree
  const { open, acknowledged: seen } = chain.judgeVoided()
  const acknowledged = [...seen, ...chain.judgeCorrected()]
  const findings = [...(request.at === undefined ? chain.judgeCut() : []), ...open, ...judged]
  const state = chain.fold.state()
  const witnessed = request.witnessed?.size ?? null
  const { head, reservations } = chain
  const end = { findings, acknowledged, reservations, size, witnessed, root, head, state }
  return { ...end, memory: chain.memory() }
}

/**
 * The tree is taken up one entry before the remembered checkpoint. That entry then has to lead to the
 * remembered root, which proves it and every tile used, and gives the link for the next. Where it does
 * not, nothing is taken up: the whole log is read, and the checks say what is wrong with it.
 */
async function resumedChain(
  { from, memory, log }: AuditRequest,
  { identity }: LogChain,
  checks: readonly EntryCheck[],
  available: number,
): Promise<LogChain | undefined> {
  if (from === undefined || memory === undefined) return undefined
  if (from.size === 0 || from.size > available) return undefined
  try {
    const tree = await new TiledTree(available, log.readFile).grownTo(from.size - 1)
    const entry = await entryAt(log, from.size - 1)
    if (entry === undefined) return undefined
    tree.append(hashLeaf(entry))
    if (!tree.root.equals(from.root) || sha256(entry) !== memory.head) return undefined
    return LogChain.resume(identity, checks, tree, memory)
  } catch (error) {
    if (error instanceof TileMissing) return undefined
    throw error
  }
}

/** The bytes of one entry. */
export async function entryAt(log: LogSource, index: number): Promise<Buffer | undefined> {
  for await (const entry of log.read(index)) {
    return entry.index === index ? entry.bytes : undefined
  }
  return undefined
}
