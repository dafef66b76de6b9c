import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { childEnvironment } from '@bulkhead/world'
import { type Answer, type Running, bulkhead, bulkheadArgv, startBulkhead } from './bulkhead.ts'
import { type Load, startLoad } from './load.ts'
import type { Narrator } from './narrator.ts'
import { REPOSITORY, type StoryRepository, prepareRepository } from './world-of-the-story.ts'

/** Everything that the scenes play in: repository, people, running fleet, users. */
export interface Stage extends StoryRepository {
  readonly directory: string
  readonly load: Load
  readonly proxyPort: number
  /** Types one command, shows what it answers. `keys` are passed on stdin. */
  run(args: readonly string[], options?: { readonly keys?: boolean }): Promise<Answer>
  /** Types a command and goes on; `keys` are passed on stdin. */
  start(args: readonly string[]): Running
  /** Says what an earlier command has answered by now. */
  show(answer: Answer): void
  /** Asks without showing: for the checks. */
  ask(args: readonly string[]): Promise<Answer>
}

const LOAD_PER_SECOND = 100

/** Sets the stage up, runs the scenes, and leaves no process and no file behind, whatever happens. */
export async function withStage<Result>(
  narrate: Narrator,
  play: (stage: Stage) => Promise<Result>,
): Promise<Result> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'bulkhead-story-')))
  narrate.say(`everything happens in ${directory}`)
  const children: ChildProcess[] = []
  const curtain = new AbortController()
  const tidy = tidyUp(directory, children)
  const leave = () => {
    curtain.abort()
    void tidy().finally(() => process.exit(INTERRUPTED))
  }
  for (const signal of SIGNALS) process.once(signal, leave)
  try {
    return await onStage({ directory, children, signal: curtain.signal, narrate }, play)
  } finally {
    for (const signal of SIGNALS) process.off(signal, leave)
    await tidy()
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const
/** What a shell says of a program that was interrupted. */
const INTERRUPTED = 130

interface Backstage {
  readonly directory: string
  readonly children: ChildProcess[]
  readonly signal: AbortSignal
  readonly narrate: Narrator
}

async function onStage<Result>(
  { directory, children, signal, narrate }: Backstage,
  play: (stage: Stage) => Promise<Result>,
): Promise<Result> {
  const ports = { database: await freePort(), proxy: await freePort() }
  const story = await prepareRepository(directory, ports)
  const cwd = story.repository.path
  const ask: Stage['ask'] = (args) => bulkhead(args, { cwd, signal })
  const run = typist(story, signal, narrate)
  const start: Stage['start'] = (args) => {
    narrate.command(`bulkhead ${args.join(' ')} &`)
    return startBulkhead(args, { cwd, signal, input: keysOf(story) })
  }
  children.push(await startDatabase(cwd, ports.database))
  children.push(await startVoucher(cwd, story.keys.voucher))
  await firstRelease(run)
  const load = startLoad({ port: ports.proxy, perSecond: LOAD_PER_SECOND, requests: USER_REQUESTS })
  try {
    const show: Stage['show'] = (answer) => narrate.answered(answer)
    return await play({ ...story, directory, load, proxyPort: ports.proxy, run, start, show, ask })
  } finally {
    await load.stop()
  }
}

/** The voucher has its own. */
const keysOf = ({ keys }: StoryRepository): string =>
  [keys.builder, keys.gate, keys.ledger].join('\n')

/** Types commands and shows what they answer. */
function typist(story: StoryRepository, signal: AbortSignal, narrate: Narrator): Stage['run'] {
  const cwd = story.repository.path
  return async (args, options = {}) => {
    narrate.command(`bulkhead ${args.join(' ')}`)
    const quiet = args[0] === 'test' || args[0] === 'build'
    const input = options.keys === true ? { input: keysOf(story) } : {}
    const answer = await bulkhead(args, { cwd, quiet, signal, ...input })
    narrate.answered(answer)
    return answer
  }
}

/** Ends the fleet, which outlives its command, and everything else; once, however often it is asked. */
function tidyUp(directory: string, children: readonly ChildProcess[]): () => Promise<void> {
  let done: Promise<void> | undefined
  const tidy = async () => {
    await bulkhead(['fleet', 'down'], { cwd: join(directory, REPOSITORY) })
    await Promise.all(children.map(stop))
    await rm(directory, { recursive: true, force: true, maxRetries: 3 })
  }
  return () => (done ??= tidy())
}

/** Release 1: what the users have before the story begins. */
async function firstRelease(run: Stage['run']): Promise<void> {
  const steps = [
    ['test', '--voucher', VOUCHER_SOCKET],
    ['build', '--keys', '-'],
    ['gate', '--keys', '-'],
    ['fleet', 'up'],
    ['ship', '--keys', '-'],
  ]
  for (const step of steps) {
    const answer = await run(step, { keys: step.includes('--keys') })
    if (answer.exitCode !== 0) throw new Error(`the first release failed at: ${answer.typed}`)
  }
}

/** What the users of two tenants keep asking for. */
const USER_REQUESTS = ['demo-harbour-bakery-reader', 'demo-lumen-optics-reader'].flatMap((token) =>
  ['/projects', '/invoices', '/reports/invoices', '/whoami'].map((path) => ({
    path,
    headers: { authorization: `Bearer ${token}` },
  })),
)

async function startDatabase(root: string, port: number): Promise<ChildProcess> {
  return startAndWait([process.execPath, join(root, 'src', 'database-server.ts')], root, {
    env: { DATABASE_PORT: String(port) },
    ready: '"event":"ready"',
    on: 'stdout',
  })
}

/** The process that runs suites and vouches for what it saw; its key exists in memory only. */
export const VOUCHER_SOCKET = join('..', 'voucher.sock')

async function startVoucher(root: string, key: string): Promise<ChildProcess> {
  return startAndWait(bulkheadArgv(['voucher', '--socket', VOUCHER_SOCKET, '--keys', '-']), root, {
    input: key,
    ready: 'ready',
    on: 'stderr',
  })
}

interface Waiting {
  /** What it prints, on which stream, when it is ready. */
  readonly ready: string
  readonly on: 'stdout' | 'stderr'
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
}

async function startAndWait(
  argv: readonly string[],
  cwd: string,
  { ready, on, input, env }: Waiting,
): Promise<ChildProcess> {
  const [command = '', ...args] = argv
  const child = spawn(command, args, {
    cwd,
    env: childEnvironment(env),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.end(input ?? '')
  child[on === 'stdout' ? 'stderr' : 'stdout'].resume()
  for await (const line of createInterface({ input: child[on] })) {
    if (!line.includes(ready)) continue
    child[on].resume()
    return child
  }
  throw new Error(`${argv.join(' ')} ended before it was ready`)
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

/** A port that was free a moment ago; whoever takes it meanwhile makes the story fail, loudly. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string')
    throw new TypeError('a TCP port was asked for')
  return address.port
}
