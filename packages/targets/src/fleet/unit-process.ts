import { type ChildProcess, spawn } from 'node:child_process'
import { finished } from 'node:stream/promises'
import { type Clock, childEnvironment } from '@bulkhead/world'
import type { LocalFleetSpec } from '../local-fleet-spec.ts'
import type { BoundedLog } from './bounded-log.ts'
import { signalGroup } from './kill-group.ts'
import { OutputTail } from './output-tail.ts'
import { MARK_VARIABLE } from './unit-mark.ts'

const LAST_OUTPUT_MS = 500

export interface UnitStart {
  readonly spec: Pick<LocalFleetSpec, 'command' | 'env'>
  readonly artifact: string
  readonly port: number
  readonly mark: string
  /** Working directory. */
  readonly cwd: string
  readonly log: BoundedLog
}

/** One child process that serves, the leader of a process group of its own. */
export class UnitProcess {
  readonly port: number
  /** Resolves at once when it is gone. */
  readonly exited: Promise<void>
  /** How it ended, in words; resolves when its last output was read too. */
  readonly ended: Promise<string>
  readonly #child: ChildProcess
  readonly #stderr = new OutputTail()
  #end: string | undefined

  constructor(start: UnitStart) {
    this.port = start.port
    const argv = start.spec.command.map((word) => word.replaceAll('{artifact}', start.artifact))
    const [command = '', ...args] = argv
    this.#child = spawn(command, args, {
      cwd: start.cwd,
      env: childEnvironment({
        ...start.spec.env,
        PORT: String(start.port),
        [MARK_VARIABLE]: start.mark,
      }),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    })
    this.#child.stdout?.on('data', (chunk: Buffer) => start.log.write(chunk))
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      start.log.write(chunk)
      this.#stderr.add(chunk)
    })
    this.exited = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#end = `could not be started: ${error.message}`
        resolve()
      })
      this.#child.once('exit', (code, signal) => {
        // What it started and left behind goes with it, before its group's number can be reused.
        if (this.pid !== undefined) signalGroup(this.pid, 'SIGKILL')
        this.#end =
          code === null ? `ended by ${signal ?? 'a signal'}` : `ended with exit code ${code}`
        resolve()
      })
    })
    this.ended = this.exited.then(() => this.#readOut()).then(() => this.#end ?? 'ended')
  }

  /** Undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid
  }

  get alive(): boolean {
    return this.#end === undefined
  }

  /** The last lines it wrote to stderr. */
  lastWords(): string {
    return this.#stderr.text()
  }

  /** SIGTERM, then SIGKILL after `grace` milliseconds. Resolves when it is gone. */
  async stop(grace: number, clock: Clock): Promise<void> {
    if (!this.alive || this.pid === undefined) return
    signalGroup(this.pid, 'SIGTERM')
    const patience = new AbortController()
    const gone = this.exited.then(() => patience.abort())
    await clock.sleep(grace, patience.signal).catch(() => undefined)
    this.killNow()
    await gone
  }

  /** At once and without waiting; also safe in an `exit` handler. */
  killNow(): void {
    if (this.alive && this.pid !== undefined) signalGroup(this.pid, 'SIGKILL')
  }

  /** A descendant in a session of its own may hold the streams open; nobody waits for it. */
  async #readOut(): Promise<void> {
    const patience = new AbortController()
    const timer = setTimeout(() => patience.abort(), LAST_OUTPUT_MS)
    const streams = [this.#child.stdout, this.#child.stderr].filter((stream) => stream !== null)
    await Promise.allSettled(streams.map((stream) => finished(stream, { signal: patience.signal })))
    clearTimeout(timer)
    for (const stream of streams) stream.destroy()
  }
}
