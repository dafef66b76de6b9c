import { type Command, Option } from 'commander'
import type { ExitCode } from '@bulkhead/vocabulary'
import type { CommandResult } from './command-result.ts'
import { JsonList } from './json-list.ts'
import { type Console, runCommand } from './run-command.ts'

/** Options that every command takes. */
export interface CommonOptions {
  readonly repo: string
  readonly json: boolean
}

/** What a command needs of the process that it runs in. */
export interface Host {
  readonly console: Console
  /** Aborted by the first Ctrl-C or SIGTERM: commands stop at the next safe edge and clean up. */
  readonly signal: AbortSignal
  /** Called by a command that has nothing to clean up: the first Ctrl-C or SIGTERM ends it at once. */
  readonly onlyReads: () => void
  /** Whether a person watches: progress is drawn in place, otherwise one line an event. */
  readonly interactive: boolean
  exitCode: ExitCode
}

/** One command of the command line: its registration adds it to the program. */
export type Register = (program: Command, host: Host) => void

/** Adds the options that every command takes, and an example to its help. */
export function withCommonOptions(command: Command, example: string): Command {
  const repo = new Option('--repo <dir>', 'the repository').default(
    '.',
    'the one around this folder',
  )
  return withJsonOption(command.addOption(repo)).addHelpText('after', exampleText(example))
}

/** False unless given, which goes without saying in the help. */
export const withJsonOption = (command: Command): Command =>
  command
    .option('--json', 'print one JSON object on stdout instead of text')
    .setOptionValueWithSource('json', false, 'default')

/** How the help of a command shows its example. */
export const exampleText = (example: string): string => `\nExample:\n  $ bulkhead ${example}`

/** Runs a command's function and keeps its exit code; the only way by which commands answer. */
export async function answer(
  host: Host,
  command: string,
  options: CommonOptions,
  work: () => Promise<CommandResult>,
): Promise<void> {
  host.exitCode = await runCommand(work, { command, json: options.json, console: host.console })
}

/**
 * As {@link answer}, for a command with a list of any length: `emit` prints its items as they come, in
 * `--json` as the array `list` in front of the other fields.
 */
export async function answerWithList<Item>(
  host: Host,
  { command, list }: { readonly command: string; readonly list: string },
  options: CommonOptions,
  work: (emit: EmitItems<Item>) => Promise<CommandResult>,
): Promise<void> {
  const { console } = host
  const json = options.json ? new JsonList(command, list, console.write) : undefined
  const emit: EmitItems<Item> = async (items, textOf) => {
    if (json === undefined) for (const item of items) console.out(textOf(item))
    else json.add(items)
    await console.drained()
  }
  host.exitCode = await runCommand(() => work(emit), {
    command,
    json: options.json,
    console,
    ...(json === undefined ? {} : { printJson: (fields) => json.close(fields) }),
  })
}

/** Prints items of a list; in text by `textOf`. Resolves when whoever reads has kept up. */
type EmitItems<Item> = (items: readonly Item[], textOf: (item: Item) => string) => Promise<void>
