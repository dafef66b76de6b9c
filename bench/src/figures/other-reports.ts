import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@bulkhead/testkit'
import type { Figure } from '../figure.ts'
import { large, readAll } from './large-report.ts'

const FILES = 10_000
const MOST_SECONDS = 6

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

export const largeTap: Figure = large('tap', {
  first: 'TAP version 13\n',
  one: (n) => {
    const name = `tenant ${n} can not read, change or delete what belongs to another one`
    return `# Subtest: ${name}\nok ${n + 1} - ${name}\n  ---\n  duration_ms: 0.5\n  type: 'test'\n  ...\n`
  },
  last: (count) => `1..${count}\n`,
})
