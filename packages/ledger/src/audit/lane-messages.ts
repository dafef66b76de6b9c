import type { TrustedKey } from '@bulkhead/envelope'
import { type Digest, digest, fencingToken, hexOf } from '@bulkhead/vocabulary'
import type { EntryOnRecord } from '../entry.ts'
import type { EntryRefusal, OpenedEntry } from '../entry-form.ts'
import type { ReadEntry } from '../log-chain.ts'
import { HASH_BYTES } from '../tlog/merkle-hash.ts'
import type { EntryBatch } from './entry-batch.ts'
import { Column, type PackedColumn, valueAt } from './column.ts'

/** Work for a lane: entries one after another in one piece of memory, which changes hands. */
export interface LaneTask extends Omit<EntryBatch, 'indexes'> {
  readonly keys: readonly TrustedKey[]
}

/**
 * What a lane read, by columns: an object for each entry would cost more on its way than its signature
 * lets us spend. Data travel as they are written, for most of them nobody reads.
 */
export interface LaneAnswer {
  /** Of each entry its hash as a leaf, then its digest: two times 32 bytes. */
  readonly hashes: Uint8Array<ArrayBuffer>
  /** Of those that could be read, {@link NUMBERS} each. */
  readonly numbers: Float64Array<ArrayBuffer>
  readonly data: Uint8Array<ArrayBuffer>
  readonly columns: Columns
  /** By place in the batch. */
  readonly refusals: ReadonlyMap<number, EntryRefusal>
  /** The memory of the task, back again. */
  readonly bytes: Uint8Array<ArrayBuffer>
}

interface Columns {
  readonly kinds: PackedColumn<EntryOnRecord['kind']>
  readonly releases: PackedColumn<NonNullable<EntryOnRecord['release']> | null>
  readonly actors: PackedColumn<EntryOnRecord['actors']>
  readonly runners: PackedColumn<EntryOnRecord['runner']>
  readonly origins: PackedColumn<string>
  readonly environments: PackedColumn<string>
  readonly signers: PackedColumn<string>
  /** Nearly always that of the entry before it in the batch. */
  readonly links: PackedColumn<Digest | null | typeof THE_ONE_BEFORE>
}

const THE_ONE_BEFORE = 'the one before'

/** Index, fencing token or {@link NO_FENCE}, milliseconds since the epoch, end of its data. */
const NUMBERS = 4
const NO_FENCE = -1
const BOTH_HASHES = 2 * HASH_BYTES

/**
 * Takes in entry by entry, so that each is garbage before the next is read: what lived on to the end of
 * a batch would be moved about by the garbage collector, at a third of the cost of all signatures.
 */
export class AnswerPacker {
  readonly #hashes: Buffer<ArrayBuffer>
  readonly #numbers: Float64Array<ArrayBuffer>
  readonly #refusals = new Map<number, EntryRefusal>()
  readonly #columns = newColumns()
  readonly #data = new TextRoom()
  #size = 0
  #before: Digest | undefined

  constructor(most: number) {
    this.#hashes = Buffer.from(new ArrayBuffer(most * BOTH_HASHES))
    this.#numbers = new Float64Array(most * NUMBERS)
  }

  add(opened: OpenedEntry | EntryRefusal, own: Digest, leaf: Buffer): void {
    const nth = this.#size + this.#refusals.size
    this.#hashes.set(leaf, nth * BOTH_HASHES)
    this.#hashes.write(hexOf(own), nth * BOTH_HASHES + HASH_BYTES, 'hex')
    if (opened.kind === 'refused') this.#refusals.set(nth, opened)
    else this.#addEntry(opened)
  }

  #addEntry({ draft, place, signer, digest: own, dataText }: OpenedEntry): void {
    const columns = this.#columns
    columns.kinds.add(draft.kind)
    columns.releases.add(draft.release ?? null)
    columns.actors.add(draft.actors)
    columns.runners.add(place.runner)
    columns.origins.add(place.origin)
    columns.environments.add(place.environment)
    columns.signers.add(signer)
    columns.links.add(place.previous === this.#before ? THE_ONE_BEFORE : place.previous)
    const from = this.#size * NUMBERS
    this.#numbers[from] = place.index
    this.#numbers[from + 1] = draft.fence ?? NO_FENCE
    this.#numbers[from + 2] = Date.parse(place.at)
    this.#numbers[from + 3] = this.#data.add(dataText ?? JSON.stringify(draft.data))
    this.#before = own
    this.#size += 1
  }

  answer(bytes: Uint8Array<ArrayBuffer>): LaneAnswer {
    const { kinds, releases, actors, runners } = this.#columns
    const { origins, environments, signers, links } = this.#columns
    return {
      hashes: this.#hashes,
      numbers: this.#numbers,
      data: this.#data.bytes(),
      columns: {
        kinds: kinds.pack(),
        releases: releases.pack(),
        actors: actors.pack(),
        runners: runners.pack(),
        origins: origins.pack(),
        environments: environments.pack(),
        signers: signers.pack(),
        links: links.pack(),
      },
      refusals: this.#refusals,
      bytes,
    }
  }
}

/** Texts one after another, as bytes: a string would keep alive all that it was cut from. */
class TextRoom {
  #room = Buffer.from(new ArrayBuffer(FIRST_ROOM))
  #size = 0

  /** @returns where it ends */
  add(text: string): number {
    const most = this.#size + 3 * text.length
    if (most > this.#room.byteLength) {
      const larger = Buffer.from(new ArrayBuffer(2 * most))
      larger.set(this.#room.subarray(0, this.#size))
      this.#room = larger
    }
    this.#size += this.#room.write(text, this.#size)
    return this.#size
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#room.subarray(0, this.#size)
  }
}

const FIRST_ROOM = 64 * 1024

const newColumns = () => ({
  kinds: new Column<EntryOnRecord['kind']>(),
  releases: new Column<NonNullable<EntryOnRecord['release']> | null>(),
  actors: new Column<EntryOnRecord['actors']>(),
  runners: new Column<EntryOnRecord['runner']>(),
  origins: new Column<string>(),
  environments: new Column<string>(),
  signers: new Column<string>(),
  links: new Column<Digest | null | typeof THE_ONE_BEFORE>(),
})

/** Entry by entry, when each is asked for. */
export function* unpackAnswer(
  answer: LaneAnswer,
  indexes: readonly number[],
): Generator<ReadEntry, undefined> {
  const { buffer, byteOffset } = answer.hashes
  const hash = (nth: number) => Buffer.from(buffer, byteOffset + nth * HASH_BYTES, HASH_BYTES)
  let row = 0
  let before: Digest | null = null
  for (const [at, index] of indexes.entries()) {
    const leaf = hash(2 * at)
    const own = digest(`sha256:${hash(2 * at + 1).toString('hex')}`)
    const refusal = answer.refusals.get(at)
    if (refusal !== undefined) {
      yield { index, digest: own, leaf, reading: refusal }
      continue
    }
    const entry: EntryOnRecord = new TravelledEntry(answer, row, own, before)
    before = own
    row += 1
    yield { index, digest: own, leaf, reading: { kind: 'read', entry } }
  }
}

/** An entry as a lane read it; its data are parsed when a rule asks for them. */
class TravelledEntry implements EntryOnRecord {
  readonly #answer: LaneAnswer
  readonly #row: number
  #data: EntryOnRecord['data'] | undefined
  readonly kind: EntryOnRecord['kind']
  readonly release?: NonNullable<EntryOnRecord['release']>
  readonly fence?: NonNullable<EntryOnRecord['fence']>
  readonly index: number
  readonly previous: Digest | null
  /** Strictly read, so it is what `toISOString` writes. */
  readonly at: string
  readonly digest: Digest

  constructor(answer: LaneAnswer, row: number, own: Digest, before: Digest | null) {
    const { columns } = answer
    this.#answer = answer
    this.#row = row
    this.kind = valueAt(columns.kinds, row)
    const release = valueAt(columns.releases, row)
    if (release !== null) this.release = release
    const fence = this.#number(1)
    if (fence !== NO_FENCE) this.fence = fencingToken(fence)
    this.index = this.#number(0)
    const link = valueAt(columns.links, row)
    this.previous = link === THE_ONE_BEFORE ? before : link
    this.at = new Date(this.#number(2)).toISOString()
    this.digest = own
  }

  #number(which: number, row = this.#row): number {
    return this.#answer.numbers[row * NUMBERS + which] ?? Number.NaN
  }

  get actors(): EntryOnRecord['actors'] {
    return valueAt(this.#answer.columns.actors, this.#row)
  }

  get origin(): string {
    return valueAt(this.#answer.columns.origins, this.#row)
  }

  get environment(): string {
    return valueAt(this.#answer.columns.environments, this.#row)
  }

  get runner(): EntryOnRecord['runner'] {
    return valueAt(this.#answer.columns.runners, this.#row)
  }

  get signer(): string {
    return valueAt(this.#answer.columns.signers, this.#row)
  }

  get data(): EntryOnRecord['data'] {
    return (this.#data ??= this.#readData())
  }

  /** Written by the lane from data that it read strictly: an object. */
  #readData(): EntryOnRecord['data'] {
    const from = this.#row === 0 ? 0 : this.#number(3, this.#row - 1)
    const { buffer, byteOffset } = this.#answer.data
    const text = Buffer.from(buffer, byteOffset + from, this.#number(3) - from)
    return JSON.parse(text.toString()) as EntryOnRecord['data']
  }
}
