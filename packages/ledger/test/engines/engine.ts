import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'

/** In CI an engine that is not there fails; elsewhere its tests are skipped. */
export const engineIsAbsent = (...commands: readonly string[]): boolean =>
  process.env['BULKHEAD_REQUIRE_ENGINES'] !== '1' &&
  commands.some((command) => spawnSync('which', [command]).status !== 0)

/** A port that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

interface EngineProcess {
  readonly argv: readonly [string, ...string[]]
  readonly cwd: string
  readonly log: string
  readonly env?: Readonly<Record<string, string>>
  readonly uid?: number
}

/** Starts a server as a child of the tests; it writes to a log file. */
export function startEngine({ argv, cwd, log, env = {}, uid }: EngineProcess): ChildProcess {
  const [command, ...args] = argv
  const out = openSync(log, 'a')
  const child = spawn(command, args, {
    cwd,
    env: { PATH: process.env['PATH'], LC_ALL: 'C', ...env },
    stdio: ['ignore', out, out],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  })
  logs.set(child, log)
  return child
}

const logs = new WeakMap<ChildProcess, string>()

const saidBy = (child: ChildProcess): string =>
  `${child.spawnfile} ${child.exitCode ?? child.signalCode ?? 'runs'}: ` +
  readFileSync(logs.get(child) ?? '/dev/null', 'utf8').slice(-2_000)

export async function stopEngine(
  child: ChildProcess,
  signal: NodeJS.Signals = 'SIGKILL',
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
}

/** Runs a command to its end. @throws Error with what it said */
export function runTool(
  argv: readonly [string, ...string[]],
  options: { readonly env?: Readonly<Record<string, string>>; readonly uid?: number } = {},
): string {
  const [command, ...args] = argv
  const { uid, env = {} } = options
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    env: { PATH: process.env['PATH'], LC_ALL: 'C', ...env },
    encoding: 'utf8',
    ...(uid === undefined ? {} : { uid, gid: uid }),
  })
  if (status === 0) return stdout
  throw new Error(`${command}: ${error?.message ?? stderr}`)
}

/** Asks until the answer is yes. An engine that dies meanwhile, or never says yes, is an error. */
export async function untilReady(
  what: string,
  children: readonly ChildProcess[],
  ready: () => Promise<boolean> | boolean,
): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    if (children.some(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null)) break
    const yes = await (async () => ready())().catch(() => false)
    if (yes) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`${what} did not start:\n${children.map(saidBy).join('\n')}`)
}
