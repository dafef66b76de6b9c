import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { temporaryDirectory } from '@bulkhead/testkit'
import { type Figure, median } from '../figure.ts'
import { timeProcess } from '../child.ts'

const CASES = 1_000_000
const RUNS = 3

/** What a large report lists, case by case. */
interface Shape {
  readonly line: (n: number) => string
  readonly failures: number
  readonly skipped: number
}

export const reports: Figure = junitFigure('reports', 'cases', {
  line: (n) => `<testcase${attributesOf(n)}></testcase>\n`,
  failures: 0,
  skipped: 0,
})

/** Of ten cases four hold something: properties, a log, a log in CDATA, and a failure or a skip. */
export const reportsWithChildren: Figure = junitFigure(
  'reports-children',
  'cases, 40 % of them with properties, logs, failures or skips inside',
  { line: lineWithChildren, failures: CASES / 20, skipped: CASES / 20 },
)

/** One pass with hashing, limits and duplicate detection, against saxes doing nothing but parse. */
function junitFigure(name: string, cases: string, shape: Shape): Figure {
  return {
    name,
    what: `JUnit file of ${CASES.toLocaleString('en')} ${cases}: hash, parse, limits, duplicates in one pass`,
    async measure() {
      await using home = await temporaryDirectory()
      const file = join(home.path, 'large.xml')
      const megabytes = (await writeReport(file, shape)) / 1e6
      const ours: RunFigures[] = []
      const bare: RunFigures[] = []
      for (let run = 0; run < RUNS; run += 1) {
        bare.push(await readIn('bare-saxes.ts', file))
        ours.push(await readIn('our-reader.ts', file, shape))
      }
      return judge(megabytes, ours, bare)
    },
  }
}

function judge(megabytes: number, ours: readonly RunFigures[], bare: readonly RunFigures[]) {
  const speedOf = (runs: readonly RunFigures[]) =>
    megabytes / median(runs.map((run) => run.seconds))
  const peakOf = (runs: readonly RunFigures[]) => Math.max(...runs.map((run) => run.peakMegabytes))
  const measured = speedOf(ours)
  const peer = speedOf(bare)
  return {
    measured,
    unit: 'MB/s',
    peer: { name: 'bare saxes', value: peer },
    ratio: measured / peer,
    mark: '≥ 0.85× bare saxes, peak ≤ 200 MB',
    holds: measured / peer >= 0.85 && peakOf(ours) <= 200,
    notes: [
      `${megabytes.toFixed(0)} MB, peak memory ${peakOf(ours).toFixed(0)} MB (bare saxes ${peakOf(bare).toFixed(0)} MB)`,
    ],
  }
}

interface RunFigures {
  readonly seconds: number
  readonly peakMegabytes: number
}

/** Each run is a process of its own: no warm code, and a peak that is its own. */
async function readIn(
  program: string,
  file: string,
  { failures, skipped } = { failures: 0, skipped: 0 },
): Promise<RunFigures> {
  const path = fileURLToPath(new URL(`../programs/${program}`, import.meta.url))
  const words = [process.execPath, path, file, `${CASES}`, `${failures}`, `${skipped}`] as const
  const { stdout } = await timeProcess(words, '.')
  return JSON.parse(stdout) as RunFigures
}

async function writeReport(path: string, shape: Shape): Promise<number> {
  const out = createWriteStream(path)
  let bytes = 0
  const write = async (text: string) => {
    bytes += Buffer.byteLength(text)
    if (!out.write(text)) await once(out, 'drain')
  }
  const counters = `tests="${CASES}" failures="${shape.failures}" errors="0" skipped="${shape.skipped}"`
  await write(`<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${counters}>\n`)
  await write(`<testsuite name="large" ${counters}>\n`)
  for (let from = 0; from < CASES; from += 1_000) {
    const chunk = Array.from({ length: 1_000 }, (_, offset) => shape.line(from + offset))
    await write(chunk.join(''))
  }
  await write('</testsuite>\n</testsuites>\n')
  out.end()
  await once(out, 'finish')
  return bytes
}

function attributesOf(n: number): string {
  return ` classname="com.example.module${n % 997}.package${n % 89}.IsolationOfResourcesTest" name="tenant ${n} can not read, change or delete what belongs to tenant ${n + 1}, by any verb" time="0.00${n % 10}" file="src/test/module${n % 997}/isolation.test.ts"`
}

function lineWithChildren(n: number): string {
  const inner = CHILDREN[n % 20] ?? ''
  return `<testcase${attributesOf(n)}>${inner}</testcase>\n`
}

const LOG = `2026-01-02 03:04:05 INFO  tenant: request of /api/v1/things refused with 403 in 12 ms\n`
/** By the last digits of a case's number: of twenty, two properties, four logs, a failure and a skip. */
const CHILDREN: Readonly<Record<number, string>> = {
  1: '\n  <properties>\n    <property name="owner" value="platform"/>\n    <property name="severity" value="high"/>\n  </properties>\n',
  4: `\n  <system-out>${LOG.repeat(5)}</system-out>\n`,
  6: `\n  <system-out><![CDATA[${LOG.repeat(5)}]]></system-out>\n  <system-err></system-err>\n`,
  7: `\n  <failure message="expected 403, but got 200 &amp; a body" type="AssertionError">AssertionError: expected 403\n${'    at read (src/test/isolation.test.ts:42:7) &lt;anonymous&gt;\n'.repeat(8)}</failure>\n`,
  9: '<skipped message="needs a second tenant"/>',
  11: '\n  <properties>\n    <property name="owner" value="platform"/>\n  </properties>\n',
  14: `<system-out>${LOG.repeat(2)}</system-out>`,
  16: `<system-err><![CDATA[${LOG}]]></system-err>`,
}
