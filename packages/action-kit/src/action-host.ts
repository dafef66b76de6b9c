import { randomBytes } from 'node:crypto'
import { appendFile } from 'node:fs/promises'
import { ExitCode } from '@bulkhead/vocabulary'
import type { Environment } from './inputs.ts'

/** What an action needs of the process that it runs in. */
export interface ActionHost {
  readonly env: Environment
  /** Writes one line to stdout, which the runner reads. */
  writeLine(line: string): void
  appendFile(path: string, text: string): Promise<void>
  randomId(): string
  /** From now on, whatever ends the process ends it with {@link ExitCode.OurBug}. */
  arm(): void
  /** The only way to another exit code. */
  finish(exitCode: ExitCode): void
  /** Aborted when the runner cancels the step; a second signal ends the process. */
  cancellation(): AbortSignal
}

/** The real process. */
export function processHost(): ActionHost {
  let exitCode: ExitCode = ExitCode.OurBug
  return {
    env: process.env,
    writeLine: (line) => void process.stdout.write(`${line}\n`),
    appendFile: (path, text) => appendFile(path, text),
    randomId: () => randomBytes(16).toString('hex'),
    arm() {
      process.exitCode = ExitCode.OurBug
      // Node sets its own code for an uncaught error (1, which would look like a finding) and for a
      // promise that never settles (13). This runs after both.
      process.on('exit', () => {
        process.exitCode = exitCode
      })
    },
    finish(code) {
      exitCode = code
      process.exitCode = code
    },
    cancellation: cancelOnSignal,
  }
}

function cancelOnSignal(): AbortSignal {
  const controller = new AbortController()
  const stop = () => {
    if (controller.signal.aborted) process.exit(ExitCode.WorldFailed)
    controller.abort()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return controller.signal
}
