import { sha256 } from '@bulkhead/envelope'
import type { Digest, Finding } from '@bulkhead/vocabulary'
import type { EntryOnRecord } from '../entry.ts'
import type { Reservations } from '../read/reservations.ts'
import type { EnvironmentState } from '../state/environment-state.ts'
import type { StoredEntry } from '../ledger-store.ts'
import type { EntryCheck } from '../entry-checks.ts'
import {
  type ChainMemory,
  type EntryJudgement,
  LogChain,
  type ReadEntry,
  readBytes,
} from '../log-chain.ts'
import { CHECKPOINT, claimedHead, differingTiles, openStoredCheckpoint } from '../stored-tree.ts'
import type { SignedCheckpoint } from '../tlog/checkpoint.ts'
import { writeNote } from '../tlog/signed-note.ts'
import type { Tile } from '../tlog/growing-tree.ts'
import { hashLeaf } from '../tlog/merkle-hash.ts'
import { type TreeHead, provesConsistency } from '../tlog/proofs.ts'
import { type ReadFile, TileMissing, TiledTree } from '../tlog/tiled-tree.ts'
import { tilePath } from '../tlog/tiles.ts'
import { type EntryBatch, inBatches, partOf } from './entry-batch.ts'
import { type EntryReader, type ReadBatch, readHere, readInOrder } from './entry-reader.ts'
import { LOG_CHECKS, type LogCheck } from './log-checks.ts'
import type { LogView } from './log-view.ts'
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
  const watch = new Watch(request, chain, available)
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

async function* upTo(batches: AsyncIterable<EntryBatch>, last: number): AsyncGenerator<EntryBatch> {
  for await (const batch of batches) {
    const beyond = batch.indexes.findIndex((index) => index > last)
    if (beyond !== 0) yield beyond < 0 ? batch : partOf(batch, 0, beyond)
    if (beyond >= 0) return
  }
}

const MAX_TILES_NAMED = 100
const MAX_AHEAD_NAMED = 1_000

/** So few judgements are alive at a time: what is, the garbage collector moves about. */
const SAID_AT_ONCE = 32

/** Follows the entries, and notes roots and tiles on the way. */
class Watch {
  readonly #request: AuditRequest
  readonly #chain: LogChain
  /** How many entries the stored checkpoint claims. */
  readonly #available: number
  readonly #roots = new Map<number, Buffer>()
  #differing: readonly string[] = []
  readonly #latest: string
  #ahead: readonly { readonly index: number; readonly at: string }[] = []

  constructor(request: AuditRequest, chain: LogChain, available: number) {
    this.#request = request
    this.#chain = chain
    this.#available = available
    this.#latest = new Date(request.now + request.policy.clockSkewMs).toISOString()
  }

  async *follow(): AsyncGenerator<readonly EntryJudgement<EntryOnRecord>[]> {
    const chain = this.#chain
    this.#note()
    const { log, at, reader = readHere } = this.#request
    const all = log.readBatches?.(chain.size) ?? inBatches(log.read(chain.size))
    const batches = at === undefined ? all : upTo(all, at)
    for await (const batch of readInOrder(batches, reader, () => chain.keys.all)) {
      yield* this.#judge(batch)
      await this.#compare(chain.drainTiles())
    }
    if (at === undefined) await this.#compare(chain.tree.edge())
    await this.#proveOlder()
  }

  *#judge({ entries, bytesOf }: ReadBatch): Generator<readonly EntryJudgement<EntryOnRecord>[]> {
    let judged: EntryJudgement<EntryOnRecord>[] = []
    let nth = 0
    for (const read of entries) {
      const own = nth
      judged.push(this.#take(read, () => bytesOf(own)))
      nth += 1
      if (judged.length < SAID_AT_ONCE) continue
      yield judged
      judged = []
    }
    if (judged.length > 0) yield judged
  }

  #take(read: ReadEntry, bytes: () => Buffer): EntryJudgement<EntryOnRecord> {
    const judgement = this.#chain.take(this.#withNewKeys(read, bytes))
    const { entry, index } = judgement
    // Two moments in the one spelling are in the order of their texts.
    if (entry !== null && entry.at > this.#latest && this.#ahead.length < MAX_AHEAD_NAMED)
      this.#ahead = [...this.#ahead, { index, at: entry.at }]
    this.#note()
    return judgement
  }

  /** Read ahead before the log introduced the key that signed it: read again. */
  #withNewKeys(read: ReadEntry, bytes: () => Buffer): ReadEntry {
    const { reading, index } = read
    const refused = reading.kind === 'refused' && reading.code === 'ledger/bad-signature'
    return refused ? readBytes(index, bytes(), this.#chain.keys.all) : read
  }

  #note(): void {
    const { size } = this.#chain.tree
    const { from, witnessed } = this.#request
    if (size === this.#available || size === from?.size || size === witnessed?.size)
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

  /** Proves by tiles that what was read is the beginning of a longer log. */
  async #prover(): Promise<(longer: TreeHead) => boolean> {
    const { tree } = this.#chain
    const available = this.#available
    const proofs = new Map<number, readonly Buffer[]>()
    for (const size of [available, this.#request.witnessed?.size ?? 0]) {
      if (size < tree.size || size > available) continue
      const tiles = new TiledTree(size, this.#request.log.readFile, available)
      const proof = await tiles.consistencyProof(tree.size).catch((error: unknown) => {
        if (error instanceof TileMissing) return undefined
        throw error
      })
      if (proof !== undefined) proofs.set(size, proof)
    }
    return (longer) => {
      const proof = proofs.get(longer.size)
      return proof !== undefined && provesConsistency(tree, longer, proof)
    }
  }

  async view(): Promise<Omit<LogView, 'stored'>> {
    const { policy, now, from, witnessed, at } = this.#request
    const { size, root } = this.#chain.tree
    const { keys } = this.#chain
    const compared = (checkpoint: SignedCheckpoint) => ({
      checkpoint,
      reading: openStoredCheckpoint(Buffer.from(writeNote(checkpoint.note)), policy.origin, keys),
      root: this.#roots.get(checkpoint.size) ?? null,
    })
    return {
      policy,
      now,
      tree: { size, root },
      rootAtStored: this.#roots.get(this.#available) ?? null,
      lastAt: this.#chain.lastAt,
      ahead: this.#ahead.filter(({ index }) => !this.#chain.dates.isCorrected(index)),
      differingTiles: this.#differing,
      ...(at !== undefined && { at, leadsTo: await this.#prover() }),
      ...(from === undefined ? {} : { from: compared(from) }),
      ...(witnessed === undefined ? {} : { witnessed: compared(witnessed) }),
    }
  }
}
