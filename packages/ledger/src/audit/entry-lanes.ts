import { availableParallelism } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import type { TrustedKey } from '@bulkhead/envelope'
import { type EntryBatch, entryIn } from './entry-batch.ts'
import { type EntryReader, type ReadBatch, readHere } from './entry-reader.ts'
import { type LaneAnswer, type LaneTask, unpackAnswer } from './lane-messages.ts'

/** A reader on all cores; its threads end when it is disposed of. */
export type EntryLanes = EntryReader & AsyncDisposable

const LIMITS = { maxOldGenerationSizeMb: 64 }

/**
 * Megabytes of half a lane's nursery: what a lane allocates is garbage as soon as its entry is judged, and
 * a collection costs the same however much of it there is. A nursery only grows while much survives, so it
 * has to begin as large. No limit of a thread says that, and flags of the program go before such limits.
 */
const NURSERY_MB = 4

function widenNurseries(): void {
  for (const end of ['min', 'max']) setFlagsFromString(`--${end}-semi-space-size=${NURSERY_MB}`)
}

/**
 * Starts threads that read entries.
 * @param program file that calls `serveLane`
 * @param lanes default: as many as there are cores
 */
export function openLanes(program: URL, lanes = availableParallelism()): EntryLanes {
  // Of threads that start from here on: that of the caller keeps its own.
  widenNurseries()
  const threads = Array.from({ length: lanes }, () => new Lane(program))
  return {
    lanes,
    read(batch, keys) {
      const [free, ...others] = threads
      if (free === undefined) throw new TypeError('no lanes')
      const least = others.reduce((one, other) => (other.waiting < one.waiting ? other : one), free)
      return least.read(batch, keys)
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(threads.map((thread) => thread.end()))
    },
  }
}

interface Waiting extends Pick<EntryBatch, 'indexes' | 'places'> {
  readonly settle: (read: ReadBatch) => void
  readonly fail: (error: Error) => void
}

/** One thread. Answers come in the order of the tasks. */
class Lane {
  readonly #worker: Worker
  readonly #waiting: Waiting[] = []
  #failure: Error | undefined
  /** What it was told last; it need not be told again. */
  #keys: readonly TrustedKey[] = []

  constructor(program: URL) {
    this.#worker = new Worker(program, { resourceLimits: LIMITS, stdin: false })
    this.#worker.on('message', (answer: LaneAnswer) => {
      const task = this.#waiting.shift()
      if (task === undefined) return
      const { indexes, places } = task
      task.settle({
        entries: unpackAnswer(answer, indexes),
        bytesOf: (nth) => entryIn({ places, bytes: answer.bytes }, nth),
        free: () => void answer.bytes.buffer.transfer(0),
      })
    })
    this.#worker.on('error', (error) => this.#fail(asError(error)))
    this.#worker.on('exit', () => this.#fail(new Error('a thread that reads entries ended')))
    this.#worker.unref()
  }

  get waiting(): number {
    return this.#waiting.length
  }

  read({ indexes, places, bytes }: EntryBatch, keys: readonly TrustedKey[]): Promise<ReadBatch> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    const task: LaneTask = { places, bytes, ...(isSame(keys, this.#keys) ? {} : { keys }) }
    this.#keys = keys
    return new Promise((settle, fail) => {
      this.#waiting.push({ indexes, places, settle, fail })
      this.#worker.ref()
      this.#worker.postMessage(task, [bytes.buffer])
    })
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
  }

  #fail(error: Error): void {
    this.#failure ??= error
    for (const { fail } of this.#waiting.splice(0)) fail(this.#failure)
  }
}

const isSame = (one: readonly TrustedKey[], other: readonly TrustedKey[]): boolean =>
  one.length === other.length && one.every((key, at) => key === other[at])

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error(String(error))

/** Shorter logs are read before a thread would have started. */
const BATCHES_HERE = 4
/** Of them so many show that the log is no short one: threads start while this one goes on reading. */
const BATCHES_BEFORE_LANES = 2

/** Reads the first batches in this thread, and the rest in lanes that start when they are needed. */
export function lanesWhenLong(program: URL): EntryLanes {
  let begun = 0
  let opened: EntryLanes | undefined
  return {
    lanes: availableParallelism(),
    read(batch, keys) {
      begun += 1
      if (begun > BATCHES_BEFORE_LANES) opened ??= openLanes(program)
      return begun > BATCHES_HERE && opened !== undefined
        ? opened.read(batch, keys)
        : readHere.read(batch, keys)
    },
    async [Symbol.asyncDispose]() {
      await opened?.[Symbol.asyncDispose]()
    },
  }
}
