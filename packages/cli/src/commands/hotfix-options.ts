import type { Workspace } from '@bulkhead/release'
import { type Command, InvalidArgumentError } from 'commander'
import { localActors } from '../actors.ts'
import type { CommandResult } from '../command-result.ts'
import {
  type EnvironmentOptions,
  environmentOf,
  withEnvironmentOptions,
} from '../environment-options.ts'
import { type Host, answer } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'
import { readKeyring, withKeysOption } from '../keys.ts'

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

/** Runs a command about a hotfix with what its record needs. */
export function recorded(
  host: Host,
  command: string,
  options: HotfixOptions,
  work: (
    workspace: Workspace,
    request: Awaited<ReturnType<typeof requestOf>>,
  ) => Promise<CommandResult>,
): Promise<void> {
  return answer(host, `hotfix ${command}`, options, () =>
    inWorkspace(options, async (workspace) => work(workspace, await requestOf(workspace, options))),
  )
}

const requestOf = async (workspace: Workspace, options: HotfixOptions) => ({
  environment: await environmentOf(workspace, options),
  ...(options.genesis === undefined ? {} : { genesis: options.genesis }),
  ...(options.hotfix === undefined ? {} : { hotfix: options.hotfix }),
  keyring: await readKeyring(workspace.repository, options.keys),
  actors: await localActors(workspace.repository, 'release-manager'),
})
