import type { Command, Option } from 'commander'
import { ExitCode } from '@bulkhead/vocabulary'
import type { Host, Register } from '../host.ts'
import { completionScript } from '../terminal/completion-script.ts'

export const registerCompletion: Register = (program, host) => {
  const command: Command = program.command('completion')
  command
    .description('print a completion script for your shell')
    .argument('<shell>', 'bash, zsh or fish')
    .addHelpText('after', '\nExample:\n  $ source <(bulkhead completion bash)')
    .action((shell: string) => print(program, host, shell, command))
}

function print(program: Command, host: Host, shell: string, command: Command): void {
  const script = completionScript(shell, wordsOf(program))
  if (script === undefined)
    command.error(`error: no completion for ${JSON.stringify(shell)}\nname one of: bash, zsh, fish`)
  else host.console.out(script)
  host.exitCode = ExitCode.Passed
}

/** `''` → the commands, `ledger` → its subcommands and options, and so on. */
function wordsOf(program: Command): ReadonlyMap<string, readonly string[]> {
  const words = new Map<string, readonly string[]>()
  const visit = (command: Command, path: string) => {
    const options = command.options.flatMap((option: Option) =>
      option.long === undefined ? [] : [option.long],
    )
    words.set(path, [...command.commands.map((child) => child.name()), ...options, '--help'])
    for (const child of command.commands) visit(child, `${path} ${child.name()}`.trim())
  }
  visit(program, '')
  return words
}
