import type { Command } from 'commander'
import { agreementIfAny, hotfixStatus } from '@bulkhead/release'
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
          const asked = await Promise.all(
            shown.map(({ hotfix: { id } }) =>
              agreementIfAny(workspace, { ...options, environment, hotfix: id }),
            ),
          )
          return done(
            {
              environment,
              hotfixes: shown.map((one, index) => ({ ...one, agreement: asked[index] ?? null })),
            },
            shown.length === 0
              ? [`${environment}: no hotfix is open`]
              : shown.flatMap((one, index) => statusLines(one, asked[index])),
          )
        }),
      ),
    )
}
