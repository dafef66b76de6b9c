import type { TrustedKey } from '@bulkhead/envelope'
import type { Digest } from '@bulkhead/vocabulary'
import type { EntryOnRecord } from '../entry.ts'
import type { EntryRefusal } from '../entry-form.ts'
import { HASH_BYTES } from '../tlog/merkle-hash.ts'
import type { ReadEntry } from '../log-chain.ts'

/** Work for a lane: entries one after another in one buffer, which changes hands. */
export interface LaneTask {
  readonly indexes: readonly number[]
  readonly lengths: readonly number[]
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly keys: readonly TrustedKey[]
}

/**
 * One entry as it travels: a list, for the names of members would travel with every one of them.
 * Equal releases, people and runs of a batch are one object and travel once. Data travel as text, for
 * most of them nobody reads.
 */
type LaneRow = readonly [
  digest: Digest,
  kind: EntryOnRecord['kind'],
  release: EntryOnRecord['release'],
  fence: EntryOnRecord['fence'],
  actors: EntryOnRecord['actors'],
  index: number,
  previous: Digest | null,
  origin: string,
  environment: string,
  at: string,
  runner: EntryOnRecord['runner'],
  signer: string,
  text: string,
]

export interface LaneAnswer {
  readonly leaves: Uint8Array<ArrayBuffer>
  readonly rows: readonly (LaneRow | { readonly digest: Digest; readonly refusal: EntryRefusal })[]
}

export function packAnswer(read: readonly ReadEntry[]): LaneAnswer {
  const leaves = new Uint8Array(read.length * HASH_BYTES)
  const rows = read.map(({ reading, digest, leaf }, at) => {
    leaves.set(leaf, at * HASH_BYTES)
    return reading.kind === 'refused' ? { digest, refusal: reading } : rowOf(reading.entry)
  })
  return { leaves, rows }
}

const rowOf = (entry: EntryOnRecord): LaneRow => [
  entry.digest,
  entry.kind,
  entry.release,
  entry.fence,
  entry.actors,
  entry.index,
  entry.previous,
  entry.origin,
  entry.environment,
  entry.at,
  entry.runner,
  entry.signer,
  JSON.stringify(entry.data),
]

export function unpackAnswer(
  { leaves, rows }: LaneAnswer,
  indexes: readonly number[],
): readonly ReadEntry[] {
  return rows.map((row, at): ReadEntry => {
    const leaf = Buffer.from(leaves.buffer, leaves.byteOffset + at * HASH_BYTES, HASH_BYTES)
    const index = indexes[at] ?? -1
    if ('refusal' in row) return { index, digest: row.digest, leaf, reading: row.refusal }
    const entry = new TravelledEntry(row)
    return { index, digest: row[0], leaf, reading: { kind: 'read', entry } }
  })
}

/** An entry as a lane read it; its data are parsed when a rule asks for them. */
class TravelledEntry implements EntryOnRecord {
  readonly #row: LaneRow
  readonly kind: EntryOnRecord['kind']
  readonly release?: NonNullable<EntryOnRecord['release']>
  readonly fence?: NonNullable<EntryOnRecord['fence']>
  readonly actors: EntryOnRecord['actors']
  readonly index: number
  readonly previous: Digest | null
  readonly at: string
  readonly signer: string
  readonly digest: Digest

  constructor(row: LaneRow) {
    const [digest, kind, release, fence, actors, index, previous] = row
    this.#row = row
    this.kind = kind
    if (release !== undefined) this.release = release
    if (fence !== undefined) this.fence = fence
    this.actors = actors
    this.index = index
    this.previous = previous
    this.at = row[9]
    this.signer = row[11]
    this.digest = digest
  }

  get origin(): string {
    return this.#row[7]
  }

  get environment(): string {
    return this.#row[8]
  }

  get runner(): EntryOnRecord['runner'] {
    return this.#row[10]
  }

  /** Written by the lane from data that it read strictly: an object. */
  get data(): EntryOnRecord['data'] {
    return JSON.parse(this.#row[12]) as EntryOnRecord['data']
  }
}
