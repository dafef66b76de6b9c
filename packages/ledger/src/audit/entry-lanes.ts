import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { TrustedKey } from '@bulkhead/envelope'
import type { StoredEntry } from '../ledger-store.ts'
import type { ReadEntry } from '../log-chain.ts'
import { type EntryReader, readHere } from './entry-reader.ts'
import { type LaneAnswer, type LaneTask, unpackAnswer } from './lane-messages.ts'

/** A reader on all cores; its threads end when it is disposed of. */
export type EntryLanes = EntryReader & AsyncDisposable

/** Larger nurseries: what a lane allocates is garbage as soon as its entry is judged. */
const LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 }

/**
 * Starts threads that read entries.
 * @param program file that calls `serveLane`
 * @param lanes default: as many as there are cores
 */
export function openLanes(program: URL, lanes = availableParallelism()): EntryLanes {
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

interface Waiting {
  readonly indexes: readonly number[]
  readonly settle: (read: Iterable<ReadEntry>) => void
  readonly fail: (error: Error) => void
}

/** One thread. Answers come in the order of the tasks. */
class Lane {
  readonly #worker: Worker
  readonly #waiting: Waiting[] = []
  /** Buffers that came back: new ones for every task would only be garbage. */
  readonly #spare: Uint8Array<ArrayBuffer>[] = []
  #failure: Error | undefined

  constructor(program: URL) {
    this.#worker = new Worker(program, { resourceLimits: LIMITS, stdin: false })
    this.#worker.on('message', (answer: LaneAnswer) => {
      const task = this.#waiting.shift()
      this.#spare.push(answer.spare)
      task?.settle(unpackAnswer(answer, task.indexes))
    })
    this.#worker.on('error', (error) => this.#fail(asError(error)))
    this.#worker.on('exit', () => this.#fail(new Error('a thread that reads entries ended')))
    this.#worker.unref()
  }

  get waiting(): number {
    return this.#waiting.length
  }

  read(batch: readonly StoredEntry[], keys: readonly TrustedKey[]): Promise<Iterable<ReadEntry>> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    const indexes = batch.map(({ index }) => index)
    const task: LaneTask = {
      indexes,
      lengths: batch.map(({ bytes }) => bytes.byteLength),
      bytes: together(batch, this.#spare.pop()),
      keys,
    }
    return new Promise((settle, fail) => {
      this.#waiting.push({ indexes, settle, fail })
      this.#worker.ref()
      this.#worker.postMessage(task, [task.bytes.buffer])
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

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error(String(error))

/** A copy, so that the lane may own it: the batch itself stays here. */
function together(
  batch: readonly StoredEntry[],
  spare: Uint8Array<ArrayBuffer> | undefined,
): Uint8Array<ArrayBuffer> {
  const size = batch.reduce((total, { bytes }) => total + bytes.byteLength, 0)
  const whole = spare !== undefined && spare.byteLength >= size ? spare : new Uint8Array(size)
  let at = 0
  for (const { bytes } of batch) {
    whole.set(bytes, at)
    at += bytes.byteLength
  }
  return whole
}

/** Shorter logs are read before a thread would have started. */
const BATCHES_HERE = 8

/** Reads the first batches in this thread, and the rest in lanes that start when they are needed. */
export function lanesWhenLong(program: URL): EntryLanes {
  let begun = 0
  let opened: EntryLanes | undefined
  return {
    lanes: availableParallelism(),
    read(batch, keys) {
      begun += 1
      if (begun <= BATCHES_HERE) return readHere.read(batch, keys)
      opened ??= openLanes(program)
      return opened.read(batch, keys)
    },
    async [Symbol.asyncDispose]() {
      await opened?.[Symbol.asyncDispose]()
    },
  }
}
