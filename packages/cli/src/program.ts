import { Command, CommanderError } from 'commander'
import { ExitCode, InputError } from '@bulkhead/vocabulary'
import { commandsFor } from './commands/index.ts'
import type { Host, Register } from './host.ts'
import { type Console, runCommand } from './run-command.ts'
import { VERSION } from './version.ts'

/** Runs one command line. @returns the exit code of the process (DESIGN §5) */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  const console = terminalConsole()
  const { signal, release } = cancellation(console)
  const host: Host = {
    console,
    signal,
    onlyReads: release,
    interactive: process.stderr.isTTY,
    exitCode: ExitCode.OurBug,
  }
  const program = buildProgram(host, await commandsFor(argv))
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return host.exitCode
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return ExitCode.Passed
    return usageError(error, argv, console)
  } finally {
    release()
  }
}

/** The command tree; help and completion are made from it too. */
export function buildProgram(host: Host, commands: readonly Register[]): Command {
  const program = new Command('bulkhead')
    .description(
      'Secure deployment: nothing ships untested, nothing ships unsigned, a fix is out in minutes.',
    )
    .version(VERSION, '-V, --version')
    .helpCommand('help [command]', 'help for one command')
    .showSuggestionAfterError(true)
    .addHelpText(
      'after',
      '\nExample:\n  $ bulkhead check\n\nExit codes: 0 passed · 1 blocked · 2 wrong input or policy · 3 the world failed · 70 our bug',
    )
  inheritable(program)
  for (const register of commands) register(program, host)
  for (const command of program.commands) settle(command)
  return program
}

/** Errors come to us instead of ending the process, and are printed by us as findings. */
function inheritable(command: Command): void {
  command.exitOverride().configureOutput({ outputError: () => undefined })
}

function settle(command: Command): void {
  inheritable(command)
  for (const child of command.commands) settle(child)
}

function usageError(
  error: CommanderError,
  argv: readonly string[],
  console: Console,
): Promise<ExitCode> {
  const name = argv.find((word) => !word.startsWith('-')) ?? ''
  // The way out is on a line of its own, behind whatever was typed.
  const lines = error.message.replace(/^error: /, '').split('\n')
  const suggestion = lines.length > 1 ? lines.pop() : undefined
  const message = lines.join(' ') || 'wrong usage'
  const failure = new InputError({
    code: 'usage/invalid-option',
    subject: `bulkhead ${argv.join(' ')}`.trim(),
    message: error.code === 'commander.help' ? 'no command was given' : message,
    remedy:
      suggestion === undefined || suggestion === ''
        ? `see \`bulkhead ${name === '' ? '' : `${name} `}--help\``
        : suggestion,
  })
  return runCommand(
    async () => {
      throw failure
    },
    { command: name, json: argv.includes('--json'), console },
  )
}

function terminalConsole(): Console {
  return {
    colour: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
    write: (text) => void process.stdout.write(text),
    drained: () => drained(process.stdout),
  }
}

/** A reader that went away (`| head`) never drains anything: its end is waited for too. */
function drained(stream: NodeJS.WriteStream): Promise<void> {
  if (!stream.writableNeedDrain || stream.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    const goOn = () => {
      stream.off('drain', goOn).off('close', goOn)
      resolve()
    }
    stream.on('drain', goOn).on('close', goOn)
  })
}

/** The first signal asks for a clean stop; the second ends the process by that very signal. */
function cancellation(console: Console): {
  readonly signal: AbortSignal
  readonly release: () => void
} {
  const controller = new AbortController()
  const release = () => {
    for (const name of STOPS) process.off(name, stop)
  }
  const stop = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      release()
      process.kill(process.pid, name)
      return
    }
    if (process.stderr.isTTY)
      console.err('stopping at the next safe edge; press Ctrl-C again to leave at once')
    controller.abort()
  }
  for (const name of STOPS) process.on(name, stop)
  return { signal: controller.signal, release }
}

const STOPS = ['SIGINT', 'SIGTERM'] as const
