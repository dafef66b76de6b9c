import { runProcess } from '@bulkhead/world'
import { fileURLToPath } from 'node:url'
import { dirname, join } from 'node:path'

const CLI = join(
  dirname(fileURLToPath(import.meta.url)),
  '..',
  '..',
  '..',
  'packages',
  'cli',
  'dist',
  'bulkhead.mjs',
)

/** One command as a user would type it, and what it answered. */
export interface Answer {
  readonly typed: string
  readonly exitCode: number | undefined
  readonly output: string
}

export interface BulkheadOptions {
  readonly cwd: string
  /** Given on stdin: keys travel this way, so that they never lie on disk. */
  readonly input?: string
  /** Shows the answer alone: what a suite prints on the way would drown it. */
  readonly quiet?: boolean
  /** Ends the command at once. */
  readonly signal?: AbortSignal
}

/** The argv by which the built command line is started. */
export const bulkheadArgv = (args: readonly string[]): [string, ...string[]] => [
  process.execPath,
  CLI,
  ...args,
]

/** Runs the built `bulkhead`, not its source: what users get is what the story shows. */
export async function bulkhead(
  args: readonly string[],
  { cwd, input, quiet, signal }: BulkheadOptions,
): Promise<Answer> {
  const { end, stdout, stderr } = await runProcess({
    argv: bulkheadArgv(args),
    cwd,
    timeout: 120_000,
    ...(input === undefined ? {} : { input }),
    ...(signal === undefined ? {} : { signal }),
  })
  return {
    typed: `bulkhead ${args.join(' ')}`,
    exitCode: end.kind === 'exited' ? end.code : undefined,
    output: `${quiet === true ? '' : stderr.toString()}${stdout.toString()}`.trimEnd(),
  }
}
