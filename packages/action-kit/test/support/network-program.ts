// In a network of its own: GitHub's stand-in, and whoever else is called. Ends with its standard input.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { type WorldOfRuns, startGithub } from '@bulkhead/testkit'

const strangers: string[] = []

/** The name in a question of DNS (RFC 1035 §4.1.2): labels with their length before them, behind 12 bytes. */
function nameIn(question: Buffer): string {
  const labels: string[] = []
  for (let at = 12, size = question[at] ?? 0; size > 0; at += size + 1, size = question[at] ?? 0)
    labels.push(question.subarray(at + 1, at + 1 + size).toString('latin1'))
  return labels.join('.')
}

const names = createSocket('udp4')
names.on('message', (question, { port, address }) => {
  strangers.push(nameIn(question))
  const answer = Buffer.from(question)
  // An answer, and there is no such name (§4.1.1).
  answer.writeUInt16BE(0x8183, 2)
  names.send(answer, port, address)
})
names.bind(53, '0.0.0.0')
const servers = [80, 443].map((port) =>
  createServer((socket) => {
    strangers.push(`${socket.localAddress ?? ''}:${port}`)
    socket.destroy()
  }).listen(port, '0.0.0.0'),
)
await Promise.all([once(names, 'listening'), ...servers.map((server) => once(server, 'listening'))])

const github = await startGithub()
const staged = JSON.parse(await readFile(process.argv[2] ?? '', 'utf8')) as readonly [
  kind: keyof WorldOfRuns,
  entries: readonly [number, unknown][],
][]
for (const [kind, entries] of staged)
  for (const [number, value] of entries)
    (github.world[kind] as Map<number, unknown>).set(number, bytesOf(value))

function bytesOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'base64' in value
    ? Buffer.from(String(value.base64), 'base64')
    : value
}

process.stdout.write(`${github.url}\n`)
process.stdin.resume()
await once(process.stdin, 'end')
const { requests, violations } = github
process.stdout.write(`${JSON.stringify({ requests, violations, strangers })}\n`)
await github[Symbol.asyncDispose]()
names.close()
for (const server of servers) server.close()
