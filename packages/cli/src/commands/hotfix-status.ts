import type { Command } from 'commander'
import { hotfixStatus } from '@bulkhead/release'
import { environmentOf } from '../environment-options.ts'
import { type Host, answer } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'
import { type HotfixOptions, done, withNumberedOptions } from './hotfix-options.ts'
import { statusLines } from './hotfix-text.ts'

export function registerStatus(hotfix: Command, host: Host): void {
  withNumberedOptions(hotfix.command('status'), 'hotfix status')
    .description('one screen: the clock, the step, and who must do what now')
    .action((options: HotfixOptions) =>
      answer(host, 'hotfix status', options, () =>
        inWorkspace(options, async (workspace) => {
          const environment = await environmentOf(workspace, options)
          const shown = await hotfixStatus(workspace, { ...options, environment })
          return done(
            { environment, hotfixes: shown },
            shown.length === 0
              ? [`${environment}: no hotfix is open`]
              : shown.flatMap((one) => statusLines(one)),
          )
        }),
      ),
    )
}
