import { rm } from 'node:fs/promises'
import * as v from 'valibot'
import { writeDurably } from './durable-file.ts'
import { processIdentity } from './process-identity.ts'
import { SerialQueue } from '../serial-queue.ts'
import { readRecord } from './state-records.ts'

const record = v.array(
  v.strictObject({ pid: v.pipe(v.number(), v.safeInteger(), v.minValue(2)), identity: v.string() }),
)

/** The pid file: which processes are ours, for the supervisor that finds them without a parent. */
export class ProcessRegister {
  readonly #path: string
  readonly #queue = new SerialQueue()
  readonly #running = new Map<number, string>()

  constructor(path: string) {
    this.#path = path
  }

  async add(pid: number): Promise<void> {
    const identity = await processIdentity(pid)
    if (identity === null) return
    this.#running.set(pid, identity)
    await this.#write()
  }

  async remove(pid: number): Promise<void> {
    if (this.#running.delete(pid)) await this.#write()
  }

  #write(): Promise<void> {
    return this.#queue.run(async () => {
      if (this.#running.size === 0) return await rm(this.#path, { force: true })
      const list = [...this.#running].map(([pid, identity]) => ({ pid, identity }))
      await writeDurably(this.#path, `${JSON.stringify(list)}\n`)
    })
  }
}

/** Pids on file that are still the very processes that were written down. */
export async function registeredSurvivors(path: string): Promise<readonly number[]> {
  const listed = (await readRecord(path, record)) ?? []
  const alive = await Promise.all(
    listed.map(async ({ pid, identity }) =>
      (await processIdentity(pid)) === identity ? [pid] : [],
    ),
  )
  return alive.flat()
}
