import { randomUUID } from 'node:crypto'
import type {
  AppendOutcome,
  AppendRequest,
  LedgerStore,
  StorePosition,
  StoredEntry,
} from '../ledger-store.ts'
import { told, whole } from '../record-store.ts'
import { storeFailed } from '../store-findings.ts'
import { readTile } from '../stored-tile.ts'
import { CHECKPOINT } from '../stored-tree.ts'
import { proveConditionalWrites } from './conditional-writes.ts'
import { inspectBucket } from './inspect-bucket.ts'
import { type PlacedRecord, RecordWalk, endOf, readTip } from './record-walk.ts'
import { keyOf, placeOf } from './s3-keys.ts'
import { Bucket, type BucketOptions } from './s3-objects.ts'
import { NO_RECORD, readRecord, recordOf, writeRecord } from './s3-record.ts'

export interface S3LedgerStoreOptions extends BucketOptions {
  /** Names the ledger among those of the bucket: the first part of its keys. */
  readonly ledger: string
}

/** Objects read at once. */
const WINDOW = 16
/** More entries in one append would not be found when reading begins in the middle. */
const MAX_ENTRIES = 4_096
const HEAD = 'head'

/**
 * A ledger of objects `<ledger>/entries/<index>`, one an append, each written only where none is
 * (`If-None-Match: *`): that decides races. The object `head` says where to look for the newest, and
 * is moved by `If-Match`; it is a hint, and nothing is lost with it.
 */
export function s3LedgerStore(options: S3LedgerStoreOptions): LedgerStore {
  const log = new S3Log(new Bucket(options), options)
  return {
    head: () => log.head(),
    async *read(from, at) {
      const { tip } = at ?? (await log.head())
      const size = tip === null ? 0 : readTip(tip).size
      if (from < size) yield* whole(log.entries(from, size), from, size)
    },
    append: (request) => log.append(request),
    async readFile(path, at) {
      if (path !== CHECKPOINT) return log.tile(path)
      const { tip } = at ?? (await log.head())
      return tip === null ? undefined : (await log.record(readTip(tip).key)).checkpoint
    },
    inspect: async () => {
      const { tip } = await log.head()
      return inspectBucket(log.bucket, `${options.ledger}/`, tip === null ? 0 : readTip(tip).size)
    },
    close: () => log.bucket.close(),
  }
}

class S3Log {
  readonly bucket: Bucket
  readonly #prefix: string
  readonly #subject: string
  /** The newest append that this process saw: walks go on from it. */
  #seen: PlacedRecord | undefined

  constructor(bucket: Bucket, { bucket: name, ledger }: S3LedgerStoreOptions) {
    this.bucket = bucket
    this.#prefix = `${ledger}/`
    this.#subject = `ledger ${ledger} in s3://${name}`
  }

  async head(): Promise<StorePosition> {
    const start = this.#seen ?? (await this.#hinted())
    const walk = new RecordWalk(start)
    for await (const next of this.#records(start)) walk.take(next)
    this.#seen = walk.current
    return { tip: walk.tip }
  }

  async record(key: string) {
    const found = await this.bucket.get(this.#prefix + key)
    return found === undefined ? NO_RECORD : readRecord(found.bytes)
  }

  tile(path: string): Promise<Buffer | undefined> {
    const read = async (key: string) => (await this.bucket.get(this.#prefix + key))?.bytes
    // A partial tile that was never written, or was cleared away, is the beginning of the full one.
    return read(path).then((bytes) => bytes ?? readTile(path, read))
  }

  async *entries(from: number, size: number): AsyncGenerator<StoredEntry> {
    const start = await this.#recordBefore(from)
    const walk = new RecordWalk(start)
    for await (const next of this.#records(start)) {
      const done = walk.take(next)
      if (done !== undefined) yield* entriesOf(done, from, size)
      if ((walk.current?.place.first ?? 0) >= size) return
    }
    if (walk.current !== undefined) yield* entriesOf(walk.current, from, size)
  }

  async append(request: AppendRequest): Promise<AppendOutcome> {
    const { expected, entries } = request
    const first = entries[0]?.index ?? 0
    if (entries.length > MAX_ENTRIES) {
      throw storeFailed(this.#subject, `at most ${MAX_ENTRIES} entries can be appended at once`)
    }
    if (expected.tip === null) await proveConditionalWrites(this.bucket, this.#prefix)
    const attempt = await this.#attemptAt(first, expected)
    if (attempt === 'lost-race') return { kind: 'lost-race' }
    const placed = { place: { first, attempt }, record: recordOf(randomUUID(), request) }
    const put = await this.#put(placed)
    if (put === 'lost-race') return { kind: 'lost-race' }
    await this.#publish(placed, request)
    return { kind: 'appended', position: { tip: new RecordWalk(placed).tip } }
  }

  /** Which attempt at an index is ours: the first, unless what was seen there was none of the log. */
  async #attemptAt(first: number, { tip }: StorePosition): Promise<number | 'lost-race'> {
    if (tip === null || readTip(tip).size <= first) return 0
    let next = 0
    for await (const key of this.#keys(`entries/${keyOf({ first, attempt: 0 }).slice(8)}`)) {
      const place = placeOf(key)
      if (place !== undefined) next = Math.max(next, place.attempt + 1)
    }
    return (await this.head()).tip === tip ? next : 'lost-race'
  }

  async #put({ place, record }: PlacedRecord): Promise<'done' | 'lost-race'> {
    const key = keyOf(place)
    const put = this.bucket.put(this.#prefix + key, writeRecord(record), { kind: 'absent' })
    const error = await put.then(
      (written) => (written ? undefined : null),
      (cause: unknown) => cause,
    )
    if (error === undefined) return 'done'
    // Refused, or without an answer: it may be our own that is there, by a request that went through.
    const there = await this.record(key)
    if (there.append === record.append) return 'done'
    if (error === null || there !== NO_RECORD) return 'lost-race'
    throw storeFailed(this.#subject, told(error), error)
  }

  /**
   * The append is done; what follows from it comes after. Where that fails, the next writer who reads
   * the log writes the tiles, and looks further for the newest append.
   */
  async #publish(placed: PlacedRecord, { files = [] }: AppendRequest): Promise<void> {
    this.#seen = placed
    const tiles = files.filter(({ path }) => path !== CHECKPOINT)
    const puts = tiles.map(({ path, bytes }) =>
      this.bucket.put(this.#prefix + path, bytes, { kind: 'any' }),
    )
    await Promise.allSettled([...puts, this.#moveHead(placed)])
  }

  /** Only forward. Some servers compare the tag without its quotes (Ceph does, up to version 16 at least). */
  async #moveHead(placed: PlacedRecord): Promise<void> {
    const key = this.#prefix + HEAD
    const now = await this.bucket.get(key)
    const bytes = Buffer.from(keyOf(placed.place))
    if (now === undefined) {
      await this.bucket.put(key, bytes, { kind: 'absent' })
      return
    }
    const before = placeOf(now.bytes.toString('utf8'))
    if (before !== undefined && before.first >= placed.place.first) return
    for (const etag of [now.etag, now.etag.replaceAll('"', '')]) {
      if (await this.bucket.put(key, bytes, { kind: 'is', etag })) return
    }
  }

  async #hinted(): Promise<PlacedRecord | undefined> {
    const hint = await this.bucket.get(this.#prefix + HEAD)
    const place = hint === undefined ? undefined : placeOf(hint.bytes.toString('utf8'))
    if (place === undefined) return undefined
    return this.#recordBefore(place.first)
  }

  /**
   * The append that holds an entry. That an append begins where the one before it ends tells it from
   * what somebody put in between.
   */
  async #recordBefore(index: number): Promise<PlacedRecord | undefined> {
    const after = keyOf({ first: Math.max(0, index - MAX_ENTRIES), attempt: 0 })
    const places = []
    for await (const key of this.#keys('entries/', index < MAX_ENTRIES ? undefined : after)) {
      const place = placeOf(key)
      if (place === undefined) continue
      if (place.first > index) break
      places.push(place)
    }
    let found: PlacedRecord | undefined
    for (const place of places.toReversed()) {
      if (found?.place.first === place.first) continue
      const placed = { place, record: await this.record(keyOf(place)) }
      if (found !== undefined && endOf(placed) === found.place.first) return found
      if (place.first === 0) return placed
      if (found === undefined || endOf(placed) > index) found = placed
    }
    return found
  }

  async *#records(after: PlacedRecord | undefined): AsyncGenerator<PlacedRecord> {
    let window: Promise<PlacedRecord>[] = []
    for await (const key of this.#keys('entries/', after && keyOf(after.place))) {
      const place = placeOf(key)
      if (place === undefined) continue
      window.push(this.record(key).then((record) => ({ place, record })))
      if (window.length < WINDOW) continue
      yield* await Promise.all(window)
      window = []
    }
    yield* await Promise.all(window)
  }

  async *#keys(prefix: string, after?: string): AsyncGenerator<string> {
    const start = after === undefined ? undefined : this.#prefix + after
    for await (const key of this.bucket.keys(this.#prefix + prefix, start)) {
      yield key.slice(this.#prefix.length)
    }
  }
}

const entriesOf = ({ place, record }: PlacedRecord, from: number, size: number): StoredEntry[] =>
  record.entries
    .map((bytes, at) => ({ index: place.first + at, bytes }))
    .filter(({ index }) => index >= from && index < size)
