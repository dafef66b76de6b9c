import { resolve } from 'node:path'
import type { Command } from 'commander'
import { agreementIfAny, hotfixStatus, writeIncident } from '@bulkhead/release'
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

interface TimelineOptions extends HotfixOptions {
  readonly out?: string
}

export function registerTimeline(hotfix: Command, host: Host): void {
  withNumberedOptions(hotfix.command('timeline'), 'hotfix timeline --out incident.html')
    .description('the incident as one HTML page: clock, budget, people, every step, what is owed')
    .option('--out <file>', 'where the page goes (default: below the git directory)')
    .action((options: TimelineOptions) =>
      answer(host, 'hotfix timeline', options, () =>
        inWorkspace(options, async (workspace) => {
          const { out, hotfix: named, genesis } = options
          const environment = await environmentOf(workspace, options)
          const written = await writeIncident(workspace, {
            environment,
            ...(named === undefined ? {} : { hotfix: named }),
            ...(genesis === undefined ? {} : { genesis }),
            file: out === undefined ? undefined : resolve(out),
          })
          return done({ ...written }, [`incident page: ${written.file}`])
        }),
      ),
    )
}
