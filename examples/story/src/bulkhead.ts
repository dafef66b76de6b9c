import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { childEnvironment, runProcess } from '@bulkhead/world'
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

/** A command that runs while others are typed. */
export interface Running {
  /** Resolves once it has printed `text`; rejects when it ends without. */
  until(text: string): Promise<void>
  /** Ends it as a dying machine does: it cannot clean up. */
  kill(): void
  readonly ended: Promise<Answer>
}

/** Starts the built `bulkhead` and goes on. */
export function startBulkhead(
  args: readonly string[],
  { cwd, input = '', signal }: Pick<BulkheadOptions, 'cwd' | 'input' | 'signal'>,
): Running {
  const [command, ...argv] = bulkheadArgv(args)
  const child = spawn(command, argv, {
    cwd,
    env: childEnvironment(),
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(signal === undefined ? {} : { signal }),
  })
  let output = ''
  const looks = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      for (const look of looks) look()
    })
  child.on('error', () => undefined) // The curtain fell: whoever waits sees it end.
  child.stdin.end(input)
  const typed = `bulkhead ${args.join(' ')}`
  const ended = once(child, 'close').then((): Answer => ({
    typed,
    exitCode: child.exitCode ?? undefined,
    output: output.trimEnd(),
  }))
  return {
    until: (text) => printed(text, { ended, looks, output: () => output }),
    kill: () => void child.kill('SIGKILL'),
    ended,
  }
}

async function printed(
  text: string,
  {
    ended,
    looks,
    output,
  }: {
    readonly ended: Promise<Answer>
    readonly looks: Set<() => void>
    readonly output: () => string
  },
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const look = () => {
    if (output().includes(text)) resolve()
  }
  looks.add(look)
  look()
  const over = await Promise.race([promise, ended])
  looks.delete(look)
  if (over !== undefined && !over.output.includes(text))
    throw new Error(`${over.typed} ended without ${text}`)
}
