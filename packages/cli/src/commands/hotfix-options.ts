import { type Command, InvalidArgumentError } from 'commander'
import type { CommandResult } from '../command-result.ts'
import { type EnvironmentOptions, withEnvironmentOptions } from '../environment-options.ts'
import { withKeysOption } from '../keys.ts'

/** Options of every command about a hotfix. */
export interface HotfixOptions extends EnvironmentOptions {
  readonly keys?: string
  readonly hotfix?: number
}

export const withHotfixOptions = (command: Command, example: string): Command =>
  withKeysOption(withEnvironmentOptions(command, example))

/** The same, about one that is on record. */
export const withNumberedOptions = (command: Command, example: string): Command =>
  withHotfixOptions(command, example).option(
    '--hotfix <n>',
    'its number (default: the one that is open)',
    (text) => {
      if (/^[0-9]{1,15}$/.test(text)) return Number(text)
      throw new InvalidArgumentError('It is a whole number; `bulkhead hotfix status` shows it.')
    },
  )

export const done = (json: CommandResult['json'], text: readonly string[]): CommandResult => ({
  outcome: 'passed',
  findings: [],
  json,
  text,
})
