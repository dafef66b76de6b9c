import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryDirectory } from '@bulkhead/testkit'
import { timeBulkhead } from '../built-cli.ts'
import { timeProcess } from '../child.ts'
import { type Figure, median } from '../figure.ts'
import { type BulkKey, bulkPolicyText, newBulkKey, writeBulkLog } from '../ledger/bulk-log.ts'

/** The mark is measured with `--full`; without it a tenth, for a quick look: the start weighs ten times as much. */
const FULL = process.argv.includes('--full')
const ENTRIES = FULL ? 1_000_000 : 100_000
const RUNS = FULL ? 1 : 3

const BARE = fileURLToPath(new URL('../programs/bare-signatures.ts', import.meta.url))

/** Seconds of so many signature checks on all cores and nothing else. */
async function bareSeconds(log: string, { vkey }: BulkKey, entries: number): Promise<number> {
  const argv = [process.execPath, BARE, log, vkey, String(entries)] as const
  const { stdout } = await timeProcess(argv, '.')
  const { seconds } = JSON.parse(stdout) as { readonly seconds: number }
  return seconds
}

interface Verified {
  readonly seconds: number
  readonly megabytes: number
}

/** The whole process of `bulkhead ledger verify` on a mirror. @throws Error when it judged another number */
async function timeVerify(
  home: string,
  log: string,
  more: readonly string[],
  expected: number,
): Promise<Verified> {
  const args = ['--log', log, '--verifier-policy', 'policy.json', '--json', ...more]
  const { seconds, megabytes, stdout } = await timeBulkhead(['ledger', 'verify', ...args], home)
  const { judged } = JSON.parse(stdout) as { readonly judged: number }
  if (judged !== expected) throw new Error(`${judged} entries were judged, not ${expected}`)
  return { seconds, megabytes }
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
    const bare: number[] = []
    const ours: Verified[] = []
    for (let run = 0; run < RUNS; run += 1) {
      bare.push(await bareSeconds(log, key, ENTRIES))
      ours.push(await timeVerify(home.path, log, [], ENTRIES))
    }
    const [measured, peer] = [median(ours.map(({ seconds }) => seconds)), median(bare)]
    const megabytes = Math.max(...ours.map((one) => one.megabytes))
    const ratio = measured / peer
    return {
      measured,
      unit: 's',
      peer: { name: 'as many bare signature checks on all cores', value: peer },
      ratio,
      mark: '≤ 1.3× the bare signature checks, memory ≤ 200 MB',
      holds: ratio <= 1.3 && megabytes <= 200,
      notes: [`peak memory ${megabytes.toFixed(0)} MB`, ...(FULL ? [] : ['the mark: --full'])],
    }
  },
}

const BEFORE = 50_000
const NEW = 5_000

const resume: Figure = {
  name: 'ledger-resume',
  what: `verify ${NEW.toLocaleString('en')} new entries after ${BEFORE.toLocaleString('en')} that were verified and saved`,
  async measure() {
    await using home = await temporaryDirectory()
    const key = newBulkKey()
    const [before, after, short] = ['before', 'after', 'short'].map((name) => join(home.path, name))
    if (before === undefined || after === undefined || short === undefined) throw new Error('names')
    // Entries of one key are the same bytes each time: the longer log continues the shorter.
    await writeBulkLog(before, BEFORE, key)
    await writeBulkLog(after, BEFORE + NEW, key)
    await writeBulkLog(short, NEW, key)
    await writeFile(join(home.path, 'policy.json'), bulkPolicyText(key.vkey))
    const whole = await timeVerify(home.path, before, ['--save', 'saved.json'], BEFORE)
    const resumed: number[] = []
    const alone: number[] = []
    for (let run = 0; run < 5; run += 1) {
      const from = ['--from', 'saved.json']
      resumed.push((await timeVerify(home.path, after, from, NEW)).seconds)
      alone.push((await timeVerify(home.path, short, [], NEW)).seconds)
    }
    const [measured, peer] = [median(resumed), median(alone)]
    const ratio = measured / peer
    return {
      measured,
      unit: 's',
      peer: {
        name: `a log of ${NEW.toLocaleString('en')} entries and nothing before`,
        value: peer,
      },
      ratio,
      mark: '≤ 1.3× a log of only what is new',
      holds: ratio <= 1.3,
      notes: [`all that came before: ${whole.seconds.toFixed(2)} s`],
    }
  },
}

export const ledgerVerify: readonly Figure[] = [verify, resume]
