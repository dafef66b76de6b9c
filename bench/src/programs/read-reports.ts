// Reads every file of a list, one a line, in pieces of the size that the gate gets; says how many cases it saw.
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { scanReport } from '@bulkhead/test-reports'
import { systemClock } from '@bulkhead/world'

const files = (await readFile(process.argv[2] ?? '', 'utf8'))
  .split('\n')
  .filter((line) => line !== '')
const from = performance.now()
let passed = 0
for (const path of files) {
  const source = createReadStream(path)
  const summary = await scanReport('auto', source, { path, clock: systemClock })
  if (summary.findings.length > 0)
    throw new Error(`read wrongly: ${JSON.stringify(summary).slice(0, 500)}`)
  passed += summary.counts.passed
}
const seconds = (performance.now() - from) / 1_000
process.stdout.write(
  JSON.stringify({ seconds, passed, peakMegabytes: process.resourceUsage().maxRSS / 1_024 }),
)
