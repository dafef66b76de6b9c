import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gitLedgerStore } from '@bulkhead/ledger'
import { openRepository } from '@bulkhead/git'
import { makeRepository, temporaryDirectory } from '@bulkhead/testkit'
import { timeProcess } from '../child.ts'
import { type Figure, median } from '../figure.ts'
import { type BulkKey, newBulkKey, writeBulkStore } from '../ledger/bulk-log.ts'

const THERE_ALREADY = 100_000
const ALREADY = THERE_ALREADY.toLocaleString('en')

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length * share)] ?? Number.NaN

/** A repository whose ledger has its entries already, in packs as after pushes of them. */
async function bulkRepository(path: string): Promise<BulkKey> {
  await makeRepository(path)
  const key = newBulkKey()
  await using repository = await openRepository(path)
  await writeBulkStore(
    gitLedgerStore({ repository, environment: 'production' }),
    THERE_ALREADY,
    key,
  )
  return key
}

/** What a program of this folder printed. What it does is timed by itself: it starts, and this process is large. */
async function run<T>(program: string, ...args: readonly string[]): Promise<T> {
  const file = fileURLToPath(new URL(`../programs/${program}`, import.meta.url))
  const { stdout } = await timeProcess([process.execPath, file, ...args], '.')
  return JSON.parse(stdout) as T
}

const APPENDS = 300
const COMMITS = 100

const append: Figure = {
  name: 'ledger-append',
  what: `append one by one to a local git store with ${ALREADY} entries, each durable before the next`,
  async measure() {
    await using home = await temporaryDirectory()
    const [ledger, plain] = [join(home.path, 'ledger'), join(home.path, 'plain')]
    const { privateKey } = await bulkRepository(ledger)
    await makeRepository(plain)
    const commits = await run<readonly number[]>('commit-files.ts', plain, String(COMMITS))
    const times = await run<readonly number[]>(
      'append-entries.ts',
      ledger,
      privateKey,
      String(APPENDS),
    )
    const perSecond = (all: readonly number[]) =>
      (1_000 * all.length) / all.reduce((sum, time) => sum + time, 0)
    const [rate, peer] = [perSecond(times), perSecond(commits)]
    const [middle, p95] = [percentile(times, 0.5), percentile(times, 0.95)]
    return {
      measured: rate,
      unit: 'entries/s',
      peer: { name: '`git add` and `git commit` of one small file each', value: peer },
      ratio: rate / peer,
      mark: '≥ 20/s sustained, p95 of one append ≤ 150 ms',
      holds: rate >= 20 && p95 <= 150,
      notes: [`of ${APPENDS} appends: median ${middle.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`],
    }
  },
}

const PROOFS = 51

const proof: Figure = {
  name: 'ledger-proof',
  what: `inclusion proof of any of ${ALREADY} entries in a local git store, from opening the repository to the text`,
  async measure() {
    await using home = await temporaryDirectory()
    const { vkey } = await bulkRepository(home.path)
    const times: number[] = []
    const bare: number[] = []
    for (let n = 0; n < PROOFS; n += 1) {
      const index = String((n * 7_919) % THERE_ALREADY)
      times.push(await run<number>('prove-entry.ts', home.path, vkey, index))
      bare.push(await run<number>('show-checkpoint.ts', home.path))
    }
    const [measured, peer] = [Math.max(...times), median(bare)]
    return {
      measured,
      unit: 'ms',
      peer: { name: 'three runs of git in a row that print the checkpoint, median', value: peer },
      ratio: measured / peer,
      mark: '≤ 50 ms, the slowest of 51 spread over the log',
      holds: measured <= 50,
      notes: [
        `median ${median(times).toFixed(1)} ms, p95 ${percentile(times, 0.95).toFixed(1)} ms`,
      ],
    }
  },
}

export const ledgerStore: readonly Figure[] = [append, proof]
