// What the gate does with a report: one pass that hashes, parses, checks limits and finds duplicates.
import { createReadStream } from 'node:fs'
import { scanReport } from '@bulkhead/test-reports'
import { systemClock } from '@bulkhead/world'

const [, , path = '', tests, failed, skipped] = process.argv
const from = performance.now()
const summary = await scanReport('junit', createReadStream(path, { highWaterMark: 256 * 1024 }), {
  path,
  clock: systemClock,
})
const seconds = (performance.now() - from) / 1_000
const { counts } = summary
const seen =
  [counts.tests, counts.failed, counts.skipped].join() === [tests, failed, skipped].join()
if (!seen || summary.findings.length > 0)
  throw new Error(`read wrongly: ${JSON.stringify(summary).slice(0, 500)}`)
process.stdout.write(
  JSON.stringify({ seconds, peakMegabytes: process.resourceUsage().maxRSS / 1_024 }),
)
