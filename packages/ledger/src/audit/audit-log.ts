import { sha256 } from '@bulkhead/envelope'
import type { Digest, Finding } from '@bulkhead/vocabulary'
import type { EntryOnRecord } from '../entry.ts'
import { readEntry } from '../entry-form.ts'
import type { StoredEntry } from '../ledger-store.ts'
import type { EntryCheck } from '../entry-checks.ts'
import { type EntryJudgement, LogChain, type ReadEntry, readBytes } from '../log-chain.ts'
import { CHECKPOINT, claimedHead, differingTiles, openStoredCheckpoint } from '../stored-tree.ts'
import type { SignedCheckpoint } from '../tlog/checkpoint.ts'
import type { Tile } from '../tlog/growing-tree.ts'
import { hashLeaf } from '../tlog/merkle-hash.ts'
import { provesConsistency } from '../tlog/proofs.ts'
import { type ReadFile, TileMissing, TiledTree } from '../tlog/tiled-tree.ts'
import { tilePath } from '../tlog/tiles.ts'
import { type EntryReader, inBatches, readHere, readInOrder } from './entry-reader.ts'
import { LOG_CHECKS, type LogCheck } from './log-checks.ts'
import type { LogView } from './log-view.ts'
import { entryChecksOf } from './policy-checks.ts'
import type { VerifierPolicy } from './verifier-policy.ts'

/** What is read of a log: one state of a store. None of it is trusted. */
export interface LogSource {
  read(from: number): AsyncIterable<StoredEntry>
  /** The same in pieces, where that is quicker. */
  readBatches?(from: number): AsyncIterable<readonly StoredEntry[]>
  readonly readFile: ReadFile
}

export interface AuditRequest {
  readonly policy: VerifierPolicy
  readonly log: LogSource
  /** The verifier's clock, milliseconds since the epoch. */
  readonly now: number
  /** What this verifier saw and verified before: only what is new is read. */
  readonly from?: SignedCheckpoint
  /** An entry that was seen before: the log must still hold it. */
  readonly head?: { readonly index: number; readonly digest: Digest }
  /** A checkpoint with cosignatures. */
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
  readonly size: number
  readonly root: Buffer
  /** SHA-256 of the newest entry. */
  readonly head: Digest | null
  /** Whether it was judged what may follow what: not when reading began in the middle. */
  readonly steps: 'judged' | 'not-judged'
}

/** Every check of a verifier with this policy. */
export const auditChecks = ({ policy, now }: AuditRequest): AuditChecks => ({
  entry: entryChecksOf(policy, now),
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
  const watch = new Watch(request, chain)
  yield* watch.follow()
  const view = { ...watch.view(), stored: openStoredCheckpoint(note, origin, chain.keys) }
  const judged = checks.log.flatMap((check) => check.judge(view))
  const { size, root } = chain.tree
  const steps = resumed === undefined ? 'judged' : 'not-judged'
  const findings = [...chain.judgeEnd(), ...judged]
  return { findings, size, root, head: chain.head, steps }
}

/**
 * The tree is taken up one entry before the remembered checkpoint. That entry then has to lead to the
 * remembered root, which proves it and every tile used, and gives the link for the next. Where it does
 * not, nothing is taken up: the whole log is read, and the checks say what is wrong with it.
 */
async function resumedChain(
  { from, log }: AuditRequest,
  { identity }: LogChain,
  checks: readonly EntryCheck[],
  available: number,
): Promise<LogChain | undefined> {
  if (from === undefined || from.size === 0 || from.size > available) return undefined
  try {
    const tree = await new TiledTree(available, log.readFile).grownTo(from.size - 1)
    const entry = await entryAt(log, from.size - 1)
    if (entry === undefined) return undefined
    tree.append(hashLeaf(entry))
    const read = readEntry(entry, identity.trust.keys)
    if (read.kind === 'refused' || !tree.root.equals(from.root)) return undefined
    const start = { tree, head: sha256(entry), lastAt: read.entry.at }
    return LogChain.resume(identity, checks, start)
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

const MAX_TILES_NAMED = 100

/** Follows the entries, and notes roots and tiles on the way. */
class Watch {
  readonly #request: AuditRequest
  readonly #chain: LogChain
  readonly #roots = new Map<number, Buffer>()
  #differing: readonly string[] = []

  constructor(request: AuditRequest, chain: LogChain) {
    this.#request = request
    this.#chain = chain
  }

  async *follow(): AsyncGenerator<readonly EntryJudgement<EntryOnRecord>[]> {
    const chain = this.#chain
    this.#note()
    const { log, reader = readHere } = this.#request
    const batches = log.readBatches?.(chain.size) ?? inBatches(log.read(chain.size))
    for await (const { read, stored } of readInOrder(batches, reader, () => chain.keys.all)) {
      yield read.map((entry, at) => this.#take(entry, stored[at]?.bytes))
      await this.#compare(chain.drainTiles())
    }
    await this.#compare(chain.tree.edge())
    await this.#proveOlder()
  }

  #take(read: ReadEntry, bytes: Buffer | undefined): EntryJudgement<EntryOnRecord> {
    const judgement = this.#chain.take(this.#withNewKeys(read, bytes))
    this.#note()
    const { takenBack, findings } = judgement
    return takenBack === undefined
      ? judgement
      : { ...judgement, findings: [...findings, ...takenBack] }
  }

  /** Read ahead before the log introduced the key that signed it: read again. */
  #withNewKeys(read: ReadEntry, bytes: Buffer | undefined): ReadEntry {
    const { reading, index } = read
    const refused = reading.kind === 'refused' && reading.code === 'ledger/bad-signature'
    return refused && bytes !== undefined ? readBytes(index, bytes, this.#chain.keys.all) : read
  }

  #note(): void {
    const { size } = this.#chain.tree
    const { from, witnessed } = this.#request
    if (size === from?.size || size === witnessed?.size)
      this.#roots.set(size, this.#chain.tree.root)
  }

  async #compare(tiles: readonly Tile[]): Promise<void> {
    if (tiles.length === 0) return
    const differing = await differingTiles(this.#request.log.readFile, tiles)
    const paths = differing.map(({ name }) => tilePath(name))
    this.#differing = [...this.#differing, ...paths].slice(0, MAX_TILES_NAMED)
  }

  /** Witnesses may have seen less than we remember: their tree is then part of ours, by its tiles. */
  async #proveOlder(): Promise<void> {
    const { from, witnessed, log } = this.#request
    const { tree } = this.#chain
    if (from === undefined || witnessed === undefined || witnessed.size >= from.size) return
    if (this.#roots.has(witnessed.size) || witnessed.size > tree.size) return
    const tiles = new TiledTree(tree.size, log.readFile)
    try {
      const proof = await tiles.consistencyProof(witnessed.size)
      if (provesConsistency(witnessed, tree, proof)) this.#roots.set(witnessed.size, witnessed.root)
    } catch (error) {
      if (!(error instanceof TileMissing)) throw error
    }
  }

  view(): Omit<LogView, 'stored'> {
    const { policy, now, from, witnessed } = this.#request
    const { size, root } = this.#chain.tree
    const compared = (checkpoint: SignedCheckpoint) => ({
      checkpoint,
      root: this.#roots.get(checkpoint.size) ?? null,
    })
    return {
      policy,
      now,
      tree: { size, root },
      lastAt: this.#chain.lastAt,
      differingTiles: this.#differing,
      ...(from === undefined ? {} : { from: compared(from) }),
      ...(witnessed === undefined ? {} : { witnessed: compared(witnessed) }),
    }
  }
}
