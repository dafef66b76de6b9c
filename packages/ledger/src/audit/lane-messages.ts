import type { TrustedKey } from '@bulkhead/envelope'
import { type Digest, fencingToken } from '@bulkhead/vocabulary'
import type { EntryOnRecord } from '../entry.ts'
import type { EntryRefusal, OpenedEntry } from '../entry-form.ts'
import type { ReadEntry } from '../log-chain.ts'
import { HASH_BYTES } from '../tlog/merkle-hash.ts'
import type { EntryBatch } from './entry-batch.ts'
import { Column, type PackedColumn, valueAt } from './column.ts'

/** Work for a lane: entries one after another in one piece of memory, which changes hands. */
export interface LaneTask extends Omit<EntryBatch, 'indexes'> {
  /** Absent where they are those of the task before. */
  readonly keys?: readonly TrustedKey[]
}

/**
 * What a lane read, by columns: an object for each entry would cost more on its way than its signature
 * lets us spend. Data travel as they are written, for most of them nobody reads.
 */
export interface LaneAnswer {
  /** Of each entry its hash as a leaf: 32 bytes. */
  readonly leaves: Uint8Array<ArrayBuffer>
  readonly digests: readonly Digest[]
  /** Of those that could be read, {@link NUMBERS} each. */
  readonly numbers: Float64Array<ArrayBuffer>
  /** Of those that could be read, one after another. */
  readonly dates: Uint8Array<ArrayBuffer>
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
  /** Batches of one fleet are the same in each release. */
  readonly data: PackedColumn<string>
  /** Nearly always that of the entry before it in the batch. */
  readonly links: PackedColumn<Digest | null | typeof THE_ONE_BEFORE>
}

const THE_ONE_BEFORE = 'the one before'

/** Index, fencing token or {@link NO_FENCE}, end of its date. */
const NUMBERS = 3
const NO_FENCE = -1

/**
 * Takes in entry by entry, so that each is garbage before the next is read: what lived on to the end of
 * a batch would be moved about by the garbage collector, at a third of the cost of all signatures.
 */
export class AnswerPacker {
  readonly #leaves: Uint8Array<ArrayBuffer>
  readonly #digests: Digest[] = []
  readonly #numbers: Float64Array<ArrayBuffer>
  readonly #refusals = new Map<number, EntryRefusal>()
  readonly #columns = newColumns()
  readonly #dates: Buffer<ArrayBuffer>
  #dateEnd = 0
  #size = 0
  #before: Digest | undefined

  constructor(most: number) {
    this.#leaves = new Uint8Array(most * HASH_BYTES)
    this.#numbers = new Float64Array(most * NUMBERS)
    this.#dates = Buffer.from(new ArrayBuffer(most * LONGEST_DATE))
  }

  add(opened: OpenedEntry | EntryRefusal, own: Digest, leaf: Buffer): void {
    const nth = this.#digests.push(own) - 1
    this.#leaves.set(leaf, nth * HASH_BYTES)
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
    columns.data.add(dataText ?? JSON.stringify(draft.data))
    // As bytes: the text would keep alive all that it was cut from.
    this.#dateEnd += this.#dates.write(place.at, this.#dateEnd, 'latin1')
    const from = this.#size * NUMBERS
    this.#numbers[from] = place.index
    this.#numbers[from + 1] = draft.fence ?? NO_FENCE
    this.#numbers[from + 2] = this.#dateEnd
    this.#before = own
    this.#size += 1
  }

  answer(bytes: Uint8Array<ArrayBuffer>): LaneAnswer {
    const { kinds, releases, actors, runners } = this.#columns
    const { origins, environments, signers, links, data } = this.#columns
    return {
      leaves: this.#leaves,
      digests: this.#digests,
      numbers: this.#numbers,
      dates: this.#dates,
      columns: {
        kinds: kinds.pack(),
        releases: releases.pack(),
        actors: actors.pack(),
        runners: runners.pack(),
        origins: origins.pack(),
        environments: environments.pack(),
        signers: signers.pack(),
        links: links.pack(),
        data: data.pack(),
      },
      refusals: this.#refusals,
      bytes,
    }
  }
}

/** Letters of `toISOString` beyond the year 9999. */
const LONGEST_DATE = '+010000-01-01T00:00:00.000Z'.length

const newColumns = () => ({
  kinds: new Column<EntryOnRecord['kind']>(),
  releases: new Column<NonNullable<EntryOnRecord['release']> | null>(),
  actors: new Column<EntryOnRecord['actors']>(),
  runners: new Column<EntryOnRecord['runner']>(),
  origins: new Column<string>(),
  environments: new Column<string>(),
  signers: new Column<string>(),
  links: new Column<Digest | null | typeof THE_ONE_BEFORE>(),
  data: new Column<string>(),
})

/** An answer while its entries are gone through. */
interface Opened extends LaneAnswer {
  readonly dateBytes: Buffer
  /** By place in the column. */
  readonly parsed: EntryOnRecord['data'][]
}

/** Entry by entry, when each is asked for. */
export function* unpackAnswer(
  answer: LaneAnswer,
  indexes: readonly number[],
): Generator<ReadEntry, undefined> {
  const { leaves, digests, dates } = answer
  const dateBytes = Buffer.from(dates.buffer, dates.byteOffset, dates.byteLength)
  const opened: Opened = { ...answer, dateBytes, parsed: [] }
  let row = 0
  let before: Digest | null = null
  for (const [nth, own] of digests.entries()) {
    const index = indexes[nth] ?? Number.NaN
    const leaf = Buffer.from(leaves.buffer, leaves.byteOffset + nth * HASH_BYTES, HASH_BYTES)
    const refusal = answer.refusals.get(nth)
    if (refusal !== undefined) {
      yield { index, digest: own, leaf, reading: refusal }
      continue
    }
    const entry: EntryOnRecord = new TravelledEntry(opened, row, own, before)
    before = own
    row += 1
    yield { index, digest: own, leaf, reading: { kind: 'read', entry } }
  }
}

/** An entry as a lane read it; its data are parsed when a rule asks for them. */
class TravelledEntry implements EntryOnRecord {
  readonly #answer: Opened
  readonly #row: number
  readonly kind: EntryOnRecord['kind']
  readonly release?: NonNullable<EntryOnRecord['release']>
  readonly fence?: NonNullable<EntryOnRecord['fence']>
  readonly index: number
  readonly previous: Digest | null
  readonly at: string
  readonly digest: Digest

  constructor(answer: Opened, row: number, own: Digest, before: Digest | null) {
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
    // A text of its own: a part of a longer one, kept for a release, would keep all dates of the batch.
    const from = row === 0 ? 0 : this.#number(2, row - 1)
    this.at = answer.dateBytes.toString('latin1', from, this.#number(2))
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

  /** Written by the lane from data that it read strictly: an object. */
  get data(): EntryOnRecord['data'] {
    const { columns, parsed } = this.#answer
    const place = columns.data.places[this.#row] ?? Number.NaN
    return (parsed[place] ??= JSON.parse(valueAt(columns.data, this.#row)) as EntryOnRecord['data'])
  }
}
