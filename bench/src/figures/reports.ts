import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { temporaryDirectory } from '@bulkhead/testkit'
import { type Figure, median } from '../figure.ts'
import { timeProcess } from '../child.ts'

const CASES = 1_000_000
const RUNS = 3

/** One pass with hashing, limits and duplicate detection, against saxes doing nothing but parse. */
export const reports: Figure = {
  name: 'reports',
  what: `JUnit file of ${CASES.toLocaleString('en')} cases: hash, parse, limits, duplicates in one pass`,
  async measure() {
    await using home = await temporaryDirectory()
    const file = join(home.path, 'large.xml')
    const megabytes = (await writeReport(file)) / 1e6
    const ours: RunFigures[] = []
    const bare: RunFigures[] = []
    for (let run = 0; run < RUNS; run += 1) {
      bare.push(await readIn('bare-saxes.ts', file))
      ours.push(await readIn('our-reader.ts', file))
    }
    const measured = megabytes / median(ours.map((run) => run.seconds))
    const peer = megabytes / median(bare.map((run) => run.seconds))
    const peak = Math.max(...ours.map((run) => run.peakMegabytes))
    return {
      measured,
      unit: 'MB/s',
      peer: { name: 'bare saxes', value: peer },
      ratio: measured / peer,
      mark: '≥ 0.85× bare saxes, peak ≤ 200 MB',
      holds: measured / peer >= 0.85 && peak <= 200,
      notes: [
        `${megabytes.toFixed(0)} MB, peak memory ${peak.toFixed(0)} MB (bare saxes ${Math.max(...bare.map((run) => run.peakMegabytes)).toFixed(0)} MB)`,
      ],
    }
  },
}

interface RunFigures {
  readonly seconds: number
  readonly peakMegabytes: number
}

/** Each run is a process of its own: no warm code, and a peak that is its own. */
async function readIn(program: string, file: string): Promise<RunFigures> {
  const path = fileURLToPath(new URL(`../programs/${program}`, import.meta.url))
  const { stdout } = await timeProcess([process.execPath, path, file], '.')
  return JSON.parse(stdout) as RunFigures
}

async function writeReport(path: string): Promise<number> {
  const out = createWriteStream(path)
  let bytes = 0
  const write = async (text: string) => {
    bytes += Buffer.byteLength(text)
    if (!out.write(text)) await once(out, 'drain')
  }
  await write(
    `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites tests="${CASES}" failures="0" errors="0">\n`,
  )
  await write(`<testsuite name="large" tests="${CASES}" failures="0" errors="0" skipped="0">\n`)
  for (let from = 0; from < CASES; from += 1_000) {
    const chunk = Array.from({ length: 1_000 }, (_, offset) => caseLine(from + offset))
    await write(chunk.join(''))
  }
  await write('</testsuite>\n</testsuites>\n')
  out.end()
  await once(out, 'finish')
  return bytes
}

const caseLine = (n: number): string =>
  `<testcase classname="com.example.module${n % 997}.package${n % 89}.IsolationOfResourcesTest" name="tenant ${n} can not read, change or delete what belongs to tenant ${n + 1}, by any verb" time="0.00${n % 10}" file="src/test/module${n % 997}/isolation.test.ts"></testcase>\n`
