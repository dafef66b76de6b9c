import type { EntryOnRecord } from '../entry.ts'
import { type EntryJudgement, type LogChain, type ReadEntry, readBytes } from '../log-chain.ts'
import { differingTiles, openStoredCheckpoint } from '../stored-tree.ts'
import type { SignedCheckpoint } from '../tlog/checkpoint.ts'
import type { Tile } from '../tlog/growing-tree.ts'
import { type TreeHead, provesConsistency } from '../tlog/proofs.ts'
import { writeNote } from '../tlog/signed-note.ts'
import { TileMissing, TiledTree } from '../tlog/tiled-tree.ts'
import { tilePath } from '../tlog/tiles.ts'
import type { AuditRequest } from './audit-log.ts'
import { type EntryBatch, inBatches, partOf } from './entry-batch.ts'
import { type ReadBatch, readHere, readInOrder } from './entry-reader.ts'
import type { LogView } from './log-view.ts'

const MAX_TILES_NAMED = 100
const MAX_AHEAD_NAMED = 1_000

/** So few judgements are alive at a time: what is, the garbage collector moves about. */
const SAID_AT_ONCE = 32

/** Follows the entries, and notes roots and tiles on the way. */
export class LogWatch {
  readonly #request: AuditRequest
  readonly #chain: LogChain
  readonly #available: number
  readonly #roots = new Map<number, Buffer>()
  #differing: readonly string[] = []
  readonly #latest: string
  #ahead: readonly { readonly index: number; readonly at: string }[] = []

  /** @param available how many entries the stored checkpoint claims, whoever signed it */
  constructor(request: AuditRequest, chain: LogChain, available: number) {
    this.#request = request
    this.#chain = chain
    this.#available = available
    this.#latest = new Date(request.now + request.policy.clockSkewMs).toISOString()
  }

  /** Judges the entries in their order, up to the last one that was asked about. */
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

  /** All that was seen, after the last entry. */
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

async function* upTo(batches: AsyncIterable<EntryBatch>, last: number): AsyncGenerator<EntryBatch> {
  for await (const batch of batches) {
    const beyond = batch.indexes.findIndex((index) => index > last)
    if (beyond !== 0) yield beyond < 0 ? batch : partOf(batch, 0, beyond)
    if (beyond >= 0) return
  }
}
