import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'
import { succeed } from '@bulkhead/testkit'
import config from '../../rolldown.config.ts'

const PACKAGE = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

/** A command that has ended. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** Everything that was printed. */
  readonly printed: string
}

/** A command that runs. */
export interface Running {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>
  readonly ended: Promise<Ended>
  /** Resolves once `text` was printed; rejects when the command ends without it. */
  until(text: string): Promise<void>
}

export interface StartOptions {
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
}

/** `bulkhead` as users have it: one bundle, started as a process of its own. */
export interface CommandLine {
  /** The built entry. */
  readonly entry: string
  start(cwd: string, args: readonly string[], options?: StartOptions): Running
  /** Starts it and waits for its end. */
  run(cwd: string, args: readonly string[], options?: StartOptions): Promise<Ended>
}

/** Builds `bulkhead` into a folder, by the configuration that its package is built with. */
export async function installBulkhead(directory: string): Promise<CommandLine> {
  const output = { ...config.output, dir: directory, cleanDir: false }
  await build({ ...config, cwd: PACKAGE, output })
  const entry = join(directory, 'bulkhead.mjs')
  return {
    entry,
    start: (cwd, args, options) => start([entry, ...args], cwd, options),
    run: (cwd, args, options) => start([entry, ...args], cwd, options).ended,
  }
}

/** Starts Node away from the machine's own git configuration. */
function start(argv: readonly string[], cwd: string, options: StartOptions = {}): Running {
  const { PATH = '', TMPDIR } = process.env
  const child = spawn(process.execPath, argv, {
    cwd,
    env: { PATH, HOME: cwd, ...(TMPDIR === undefined ? {} : { TMPDIR }), ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const output = new Output()
  child.stdout.setEncoding('utf8').on('data', (text: string) => output.add('stdout', text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => output.add('stderr', text))
  child.stdin.on('error', () => undefined) // It may end before it has read everything.
  child.stdin.end(options.input ?? '')
  const closed = once(child, 'close')
  return {
    child,
    ended: closed.then(([code]: readonly (number | null)[]) => output.end(code ?? null)),
    until: (text) => output.until(text),
  }
}

class Output {
  readonly #text = { stdout: '', stderr: '' }
  #printed = ''
  #ended = false
  readonly #waiting = new Set<() => void>()

  add(stream: 'stdout' | 'stderr', text: string): void {
    this.#text[stream] += text
    this.#printed += text
    for (const look of this.#waiting) look()
  }

  end(code: number | null): Ended {
    this.#ended = true
    for (const look of this.#waiting) look()
    return { code, ...this.#text, printed: this.#printed }
  }

  until(text: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const look = () => {
      if (this.#printed.includes(text)) resolve()
      else if (this.#ended) reject(new Error(`ended without ${text}:\n${this.#printed}`))
      else return
      this.#waiting.delete(look)
    }
    this.#waiting.add(look)
    look()
    return promise
  }
}

/** Command lines of all processes that have to do with a folder, for "no process is left". */
export async function processesOf(directory: string): Promise<readonly string[]> {
  const all = await succeed(['ps', '-A', '-ww', '-o', 'args='], { cwd: directory })
  return all.split('\n').filter((line) => line.includes(directory))
}
