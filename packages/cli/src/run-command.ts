import {
  DeniedError,
  ExitCode,
  type Finding,
  InputError,
  WorldError,
  printable,
  printableJson,
  sortFindings,
} from '@bulkhead/vocabulary'
import { type CommandResult, exitCodeOf } from './command-result.ts'
import { findingsText } from './terminal/findings-text.ts'

/** Where a command writes: results to stdout, everything else to stderr. */
export interface Console {
  /** Of each stream: one may be a terminal while the other is a file. */
  readonly colour: Readonly<Record<'out' | 'err', boolean>>
  readonly out: (line: string) => void
  readonly err: (line: string) => void
  /** To stdout, as it is. */
  readonly write: (text: string) => void
  /** Resolves when whoever reads stdout has kept up: what waits there is memory. */
  readonly drained: () => Promise<void>
}

export interface RunOptions {
  readonly command: string
  readonly json: boolean
  readonly console: Console
  /** Prints the fields of the answer after the command; default: as one object. */
  readonly printJson?: (fields: Readonly<Record<string, unknown>>) => void
}

/** Runs one command to an exit code and prints its one answer. Never throws. */
export async function runCommand(
  command: () => Promise<CommandResult>,
  options: RunOptions,
): Promise<ExitCode> {
  try {
    const result = await command()
    const exitCode = exitCodeOf(result)
    print(
      options,
      {
        outcome: result.outcome,
        exitCode,
        findings: result.inOrder ? result.findings : sortFindings(result.findings),
        ...result.json,
      },
      result.text,
    )
    return exitCode
  } catch (error) {
    return printFailure(error, options)
  }
}

function printFailure(error: unknown, options: RunOptions): ExitCode {
  if (error instanceof DeniedError)
    return printError(options, 'blocked', ExitCode.Blocked, error.findings)
  if (error instanceof InputError)
    return printError(options, 'bad-input', ExitCode.BadInput, error.findings)
  if (error instanceof WorldError) {
    if (error.cause instanceof Error)
      options.console.err(printable(`cause: ${error.cause.message}`))
    return printError(options, 'world-failed', ExitCode.WorldFailed, error.findings)
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const lines = trace.split('\n').map((line) => printable(line))
  options.console.err(['This is a bug in bulkhead, please report it:', ...lines].join('\n'))
  if (options.json) print(options, { outcome: 'bug', exitCode: ExitCode.OurBug, findings: [] }, [])
  return ExitCode.OurBug
}

function printError(
  options: RunOptions,
  outcome: string,
  exitCode: ExitCode,
  findings: readonly Finding[],
): ExitCode {
  print(options, { outcome, exitCode, findings }, [])
  return exitCode
}

function print(
  { command, json, console, printJson }: RunOptions,
  object: {
    readonly findings: readonly Finding[]
    readonly exitCode: ExitCode
    readonly outcome: string
  },
  text: readonly string[],
): void {
  if (json) {
    if (printJson === undefined) console.out(printableJson({ command, ...object }, 2))
    else printJson({ ...object })
    return
  }
  for (const line of text) console.out(line)
  const { exitCode, findings } = object
  const stream = exitCode === ExitCode.BadInput || exitCode === ExitCode.WorldFailed ? 'err' : 'out'
  for (const line of findingsText(findings, console.colour[stream])) console[stream](line)
}
