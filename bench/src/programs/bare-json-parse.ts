// The peer of readers of JSON: the whole file as one string, made into values; nothing is judged.
import { readFile } from 'node:fs/promises'

const from = performance.now()
const value: unknown = JSON.parse(await readFile(process.argv[2] ?? '', 'utf8'))
const seconds = (performance.now() - from) / 1_000
if (typeof value !== 'object') throw new Error('no report')
process.stdout.write(
  JSON.stringify({ seconds, peakMegabytes: process.resourceUsage().maxRSS / 1_024 }),
)
