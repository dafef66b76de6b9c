import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  gitLedgerStore,
  logAt,
  openKnownCheckpoint,
  proveEntry,
  newestCheckpoint,
} from '@bulkhead/ledger'
import { openRepository } from '@bulkhead/git'
import { makeRepository, temporaryDirectory } from '@bulkhead/testkit'
import { timeBulkhead } from '../built-cli.ts'
import { timeProcess } from '../child.ts'
import type { Figure } from '../figure.ts'
import {
  bulkPolicy,
  bulkPolicyText,
  newBulkKey,
  openBulkLedger,
  writeBulkLog,
  writeBulkStore,
} from '../ledger/bulk-log.ts'

/** The mark is measured with `--full`; without it a tenth, for a quick look. */
const ENTRIES = process.argv.includes('--full') ? 1_000_000 : 100_000

const program = (name: string) => fileURLToPath(new URL(`../programs/${name}`, import.meta.url))

interface Resumed {
  readonly entries: number
  readonly seconds: number
}

const verify: Figure = {
  name: 'ledger-verify',
  what: `verify ${ENTRIES.toLocaleString('en')} entries on all cores, every signature checked`,
  async measure() {
    await using home = await temporaryDirectory()
    const key = newBulkKey()
    const log = join(home.path, 'log')
    await writeBulkLog(log, ENTRIES, key)
    await writeFile(join(home.path, 'policy.json'), bulkPolicyText(key.vkey))
    const args = [log, key.vkey, String(ENTRIES)]
    const run = async <T>(name: string) => {
      const { stdout } = await timeProcess([process.execPath, program(name), ...args], '.')
      return JSON.parse(stdout) as T
    }
    const bare = await run<{ readonly seconds: number }>('bare-signatures.ts')
    const command = ['ledger', 'verify', '--log', log, '--verifier-policy', 'policy.json', '--json']
    const { seconds, megabytes, stdout } = await timeBulkhead(command, home.path)
    const { judged } = JSON.parse(stdout) as { readonly judged: number }
    if (judged !== ENTRIES) throw new Error(`only ${judged} entries were judged`)
    const resumed = await run<Resumed>('resume-ledger.ts')
    const ratio = seconds / bare.seconds
    return {
      measured: seconds,
      unit: 's',
      peer: { name: 'bare signature checks', value: bare.seconds },
      ratio,
      mark: '≤ 1.3× the bare signature checks, memory ≤ 200 MB',
      holds: ratio <= 1.3 && megabytes <= 200,
      notes: [
        `peak memory ${megabytes.toFixed(0)} MB`,
        `${resumed.entries} new entries after what was saved: ${resumed.seconds.toFixed(2)} s`,
      ],
    }
  },
}

const THERE_ALREADY = 100_000
const APPENDS = 300

const append: Figure = {
  name: 'ledger-append',
  what: `append to a local git store with ${THERE_ALREADY.toLocaleString('en')} entries`,
  async measure() {
    await using home = await temporaryDirectory()
    await using scene = await bulkRepository(home.path)
    const ledger = await openBulkLedger(scene.store, scene.key)
    const times: number[] = []
    const begun = performance.now()
    for (let n = 0; n < APPENDS; n += 1) {
      const from = performance.now()
      await ledger.append([{ kind: 'heartbeat', actors: [], data: {} }])
      times.push(performance.now() - from)
    }
    const seconds = (performance.now() - begun) / 1_000
    const p95 = times.toSorted((one, other) => one - other)[Math.floor(APPENDS * 0.95)] ?? 0
    const rate = APPENDS / seconds
    return {
      measured: rate,
      unit: 'entries/s',
      peer: null,
      ratio: null,
      mark: '≥ 20/s sustained, p95 of one append ≤ 150 ms',
      holds: rate >= 20 && p95 <= 150,
      notes: [`p95 ${p95.toFixed(0)} ms, over ${APPENDS} appends`],
    }
  },
}

const PROOFS = 50

const proof: Figure = {
  name: 'ledger-proof',
  what: `inclusion proof of any of ${THERE_ALREADY.toLocaleString('en')} entries in a local git store`,
  async measure() {
    await using home = await temporaryDirectory()
    await using scene = await bulkRepository(home.path)
    const log = await logAt(scene.store)
    const policy = bulkPolicy(scene.key.vkey)
    const checkpoint = openKnownCheckpoint(await newestCheckpoint(log), policy, 'checkpoint')
    const times: number[] = []
    for (let n = 0; n < PROOFS; n += 1) {
      const from = performance.now()
      const made = await proveEntry(log, (n * 7_919) % checkpoint.size, checkpoint)
      if (made.kind !== 'proven') throw new Error(JSON.stringify(made))
      times.push(performance.now() - from)
    }
    const measured = Math.max(...times)
    const middle = times.toSorted((one, other) => one - other)[PROOFS / 2] ?? 0
    return {
      measured,
      unit: 'ms',
      peer: null,
      ratio: null,
      mark: '≤ 50 ms, the slowest of 50',
      holds: measured <= 50,
      notes: [`median ${middle.toFixed(1)} ms`],
    }
  },
}

/** A repository whose ledger has its entries already, packed as a clone has them. */
async function bulkRepository(directory: string) {
  const made = await makeRepository(join(directory, 'repo'))
  const key = newBulkKey()
  const repository = await openRepository(made.path)
  const store = gitLedgerStore({ repository, environment: 'production' })
  await writeBulkStore(store, THERE_ALREADY, key)
  await made.git('repack', '-adq')
  await repository.close()
  const reopened = await openRepository(made.path)
  return {
    key,
    store: gitLedgerStore({ repository: reopened, environment: 'production' }),
    [Symbol.asyncDispose]: () => reopened.close(),
  }
}

export const ledger: readonly Figure[] = [verify, append, proof]
