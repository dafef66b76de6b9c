// The bare limit: saxes with namespaces, doing nothing with what it finds.
import { createReadStream } from 'node:fs'
import { SaxesParser } from 'saxes'

const from = performance.now()
const parser = new SaxesParser({ xmlns: false })
parser.on('opentag', () => undefined)
parser.on('closetag', () => undefined)
parser.on('text', () => undefined)
const decoder = new TextDecoder('utf-8', { fatal: true })
for await (const chunk of createReadStream(process.argv[2] ?? '', { highWaterMark: 256 * 1024 })) {
  parser.write(decoder.decode(chunk as Uint8Array, { stream: true }))
}
parser.close()
const seconds = (performance.now() - from) / 1_000
process.stdout.write(
  JSON.stringify({ seconds, peakMegabytes: process.resourceUsage().maxRSS / 1_024 }),
)
