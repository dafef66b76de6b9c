import type { Command } from 'commander'
import { type Workspace, onlyEnvironment } from '@bulkhead/release'
import { type CommonOptions, withCommonOptions } from './host.ts'

/** Options of every command that concerns one environment. */
export interface EnvironmentOptions extends CommonOptions {
  readonly environment?: string
  readonly genesis?: string
}

export function withEnvironmentOptions(command: Command, example: string): Command {
  return withCommonOptions(command, example)
    .option(
      '-e, --environment <name>',
      'the environment (default: the only one that the policy has)',
    )
    .option(
      '--genesis <commit>',
      'the commit from which judging starts (default: git config bulkhead.genesis)',
    )
}

/** The environment named, or the only one that there is. */
export const environmentOf = (workspace: Workspace, options: EnvironmentOptions): Promise<string> =>
  options.environment === undefined
    ? onlyEnvironment(workspace, options.genesis)
    : Promise.resolve(options.environment)
