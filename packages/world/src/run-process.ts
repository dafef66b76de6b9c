import { spawn } from 'node:child_process'
import { childEnvironment } from './child-environment.ts'

/** One child process: an argv (never a shell line), where and with what it runs. */
export interface ProcessRequest {
  readonly argv: readonly [string, ...string[]]
  readonly cwd: string
  /** Added to the allow-listed environment. */
  readonly env?: Readonly<Record<string, string>>
  readonly input?: Uint8Array | string
  /** Most bytes kept of each stream; more is an error, never a silent cut. Default 64 MiB. */
  readonly maxOutput?: number
  /** The child is killed with all its descendants after this many milliseconds. */
  readonly timeout?: number
  readonly signal?: AbortSignal
  /**
   * With it, an abort sends SIGTERM first and SIGKILL only so many milliseconds later: a child that
   * uses the time to end by itself has exited like any other. Default: SIGKILL at once.
   */
  readonly grace?: number
  /** Sees output as it comes, e.g. to show progress. */
  readonly onOutput?: (chunk: Uint8Array, stream: 'stdout' | 'stderr') => void
}

/** How a child ended. `exited` carries its code; everything else is not a success of any kind. */
export type ProcessEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: string }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'output-limit' }
  | { readonly kind: 'not-started'; readonly reason: string }

export interface ProcessOutcome {
  readonly end: ProcessEnd
  readonly stdout: Buffer
  readonly stderr: Buffer
}

export type RunProcess = (request: ProcessRequest) => Promise<ProcessOutcome>

const DEFAULT_MAX_OUTPUT = 64 * 1024 * 1024

/** Signals a child and everything it started: it leads a process group of its own. */
function signalTree(pid: number, signal: 'SIGKILL' | 'SIGTERM'): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal)
  } catch {
    // Already gone: nothing is left to signal.
  }
}

/** Runs one child to its end. Never throws: a child that could not start is an end like others. */
export const runProcess: RunProcess = (request) =>
  new Promise((resolve) => {
    const [command, ...args] = request.argv
    const limit = request.maxOutput ?? DEFAULT_MAX_OUTPUT
    const kept = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] }
    const size = { stdout: 0, stderr: 0 }
    let forced: ProcessEnd | undefined
    const child = spawn(command, args, {
      cwd: request.cwd,
      env: childEnvironment(request.env),
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    })
    const force = (end: ProcessEnd) => {
      forced ??= end
      if (child.pid !== undefined) signalTree(child.pid, 'SIGKILL')
    }
    const timer =
      request.timeout === undefined
        ? undefined
        : setTimeout(() => force({ kind: 'timed-out' }), request.timeout)
    let late: NodeJS.Timeout | undefined
    const cancel = () => {
      if (request.grace === undefined || child.pid === undefined)
        return force({ kind: 'cancelled' })
      signalTree(child.pid, 'SIGTERM')
      late = setTimeout(() => force({ kind: 'cancelled' }), request.grace)
    }
    if (request.signal?.aborted) cancel()
    request.signal?.addEventListener('abort', cancel, { once: true })

    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].on('data', (chunk: Uint8Array) => {
        request.onOutput?.(chunk, stream)
        size[stream] += chunk.byteLength
        if (size[stream] > limit) force({ kind: 'output-limit' })
        else kept[stream].push(chunk)
      })
    }
    const finish = (end: ProcessEnd) => {
      clearTimeout(timer)
      clearTimeout(late)
      request.signal?.removeEventListener('abort', cancel)
      resolve({
        end: forced ?? end,
        stdout: Buffer.concat(kept.stdout),
        stderr: Buffer.concat(kept.stderr),
      })
    }
    child.once('error', (error) => finish({ kind: 'not-started', reason: error.message }))
    child.once('close', (code, signal) =>
      finish(
        code === null
          ? { kind: 'signalled', signal: signal ?? 'unknown' }
          : { kind: 'exited', code },
      ),
    )
    child.stdin.on('error', () => undefined) // A child may end before it has read all of its input.
    child.stdin.end(request.input ?? '')
  })
