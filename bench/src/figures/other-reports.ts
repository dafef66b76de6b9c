import { mkdir, open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryDirectory } from '@bulkhead/testkit'
import { type Figure, type Measurement } from '../figure.ts'
import { timeProcess } from '../child.ts'

const FILES = 10_000
const LARGE = 200_000_000
const MOST_SECONDS = 6
const MOST_MEGABYTES = 200

/** What a monorepo leaves behind: one small file for each class or package. */
export const smallReports: Figure = {
  name: 'reports-small',
  what: `${FILES.toLocaleString('en')} small JUnit files, their format told by content`,
  async measure() {
    await using home = await temporaryDirectory()
    const files = Array.from({ length: FILES }, (_, n) => join(home.path, `${n}.xml`))
    for (const [n, file] of files.entries()) await writeFile(file, smallReport(n))
    const { seconds, peakMegabytes } = await readAll(home.path, files, FILES * 5)
    return {
      measured: seconds,
      unit: 's',
      peer: null,
      ratio: null,
      mark: `≤ ${MOST_SECONDS} s`,
      holds: seconds <= MOST_SECONDS,
      notes: [`peak memory ${peakMegabytes.toFixed(0)} MB`],
    }
  },
}

const smallReport = (n: number): string =>
  `<?xml version="1.0"?>\n<testsuite name="com.example.Test${n}" tests="5" failures="0">\n${[
    0, 1, 2, 3, 4,
  ]
    .map((test) => `<testcase classname="com.example.Test${n}" name="case ${test}" time="0.01"/>\n`)
    .join('')}</testsuite>\n`

export const largeGoJson: Figure = large('reports-go-json', {
  first: '',
  one: (n) => {
    const pkg = `example.com/large/${Math.floor(n / 1_000)}`
    const event = (fields: Readonly<Record<string, unknown>>) =>
      `${JSON.stringify({ Time: '2026-01-02T03:04:05.678901234Z', Package: pkg, ...fields })}\n`
    const test = { Test: `TestTenantIsolation/tenant_${n}_reads_nothing_of_others` }
    return [
      ...(n % 1_000 === 0 ? [event({ Action: 'start' })] : []),
      event({ Action: 'run', ...test }),
      event({ Action: 'output', ...test, Output: '    isolation_test.go:42: as it should be\n' }),
      event({ Action: 'pass', ...test, Elapsed: 0.01 }),
      ...(n % 1_000 === 999 ? [event({ Action: 'pass', Elapsed: 1 })] : []),
    ].join('')
  },
  last: () => '',
})

export const largeTap: Figure = large('reports-tap', {
  first: 'TAP version 13\n',
  one: (n) => {
    const name = `tenant ${n} can not read, change or delete what belongs to another one`
    return `# Subtest: ${name}\nok ${n + 1} - ${name}\n  ---\n  duration_ms: 0.5\n  type: 'test'\n  ...\n`
  },
  last: (count) => `1..${count}\n`,
})

interface Shape {
  readonly first: string
  readonly one: (n: number) => string
  readonly last: (count: number) => string
}

function large(name: string, shape: Shape): Figure {
  return {
    name,
    what: `${name.replace('reports-', '')} report of ${LARGE / 1e6} MB, its format told by content`,
    async measure(): Promise<Measurement> {
      await using home = await temporaryDirectory()
      const file = join(home.path, 'large')
      const count = await writeLarge(file, shape)
      const { seconds, peakMegabytes } = await readAll(home.path, [file], count)
      return {
        measured: LARGE / 1e6 / seconds,
        unit: 'MB/s',
        peer: null,
        ratio: null,
        mark: `peak ≤ ${MOST_MEGABYTES} MB`,
        holds: peakMegabytes <= MOST_MEGABYTES,
        notes: [
          `${count.toLocaleString('en')} tests, ${seconds.toFixed(1)} s, peak memory ${peakMegabytes.toFixed(0)} MB`,
        ],
      }
    },
  }
}

async function writeLarge(path: string, { first, one, last }: Shape): Promise<number> {
  await using file = await open(path, 'w')
  let bytes = (await file.write(first)).bytesWritten
  let count = 0
  while (bytes < LARGE) {
    const lines = Array.from({ length: 1_000 }, (_, n) => one(count + n)).join('')
    bytes += (await file.write(lines)).bytesWritten
    count += 1_000
  }
  await file.write(last(count))
  return count
}

interface RunFigures {
  readonly seconds: number
  readonly passed: number
  readonly peakMegabytes: number
}

async function readAll(home: string, files: readonly string[], cases: number): Promise<RunFigures> {
  const list = join(home, 'list')
  await mkdir(list)
  await writeFile(join(list, 'files'), files.join('\n'))
  const program = fileURLToPath(new URL('../programs/read-reports.ts', import.meta.url))
  const { stdout } = await timeProcess([process.execPath, program, join(list, 'files')], '.')
  const figures = JSON.parse(stdout) as RunFigures
  if (figures.passed !== cases) throw new Error(`${figures.passed} passed, ${cases} were written`)
  return figures
}
