import { type Command, Option } from 'commander'
import { acknowledgeHotfix, pageUntilAcknowledged } from '@bulkhead/release'
import { type Milliseconds, InputError, counted, parseDuration } from '@bulkhead/vocabulary'
import type { Host } from '../host.ts'
import { type HotfixOptions, done, recorded, withNumberedOptions } from './hotfix-options.ts'

interface PageOptions extends HotfixOptions {
  readonly every: string
  readonly until: 'acknowledged' | 'everywhere'
}

export function registerPage(hotfix: Command, host: Host): void {
  withNumberedOptions(hotfix.command('page'), 'hotfix page --every 2m')
    .description('page again and again until a person has taken it')
    .option('--every <duration>', 'time from one page to the next', '2m')
    .addOption(
      new Option(
        '--until <step>',
        'everywhere: goes on looking, and tells of every step that is late',
      )
        .choices(['acknowledged', 'everywhere'])
        .default('acknowledged'),
    )
    .action((options: PageOptions) =>
      recorded(host, 'page', options, async (workspace, request) => {
        const taken = await pageUntilAcknowledged(workspace, {
          ...request,
          every: spanOf(options.every),
          until: options.until,
          signal: host.signal,
          onPage: ({ id }, undelivered) =>
            host.console.err(
              `hotfix ${id}: paged${undelivered.length === 0 ? '' : `; ${counted(undelivered.length, 'channel is', 'channels are')} down`}`,
            ),
        })
        const { acknowledged } = taken
        if (acknowledged === null && taken.everywhere === null && taken.closed === null)
          return { outcome: 'blocked', findings: [], json: {}, text: ['nobody has taken it yet'] }
        return done({ hotfix: taken.id, acknowledged }, [
          acknowledged === null ? 'it is over' : `✓ ${acknowledged.by} has it`,
        ])
      }),
    )
}

function spanOf(text: string): Milliseconds {
  const span = parseDuration(text)
  if (span !== undefined && span > 0) return span
  throw new InputError({
    code: 'usage/invalid-option',
    subject: `--every ${text}`,
    message: 'is no duration',
    remedy: 'write one such as 90s or 2m',
  })
}

export function registerAcknowledge(hotfix: Command, host: Host): void {
  withNumberedOptions(hotfix.command('acknowledge'), 'hotfix acknowledge')
    .description('take a hotfix: nobody else is paged for it')
    .action((options: HotfixOptions) =>
      recorded(host, 'acknowledge', options, async (workspace, request) => {
        const { id, acknowledged } = await acknowledgeHotfix(workspace, request)
        return done({ hotfix: id, acknowledged }, [
          `✓ hotfix ${id} is taken by ${acknowledged?.by ?? 'nobody'} since ${acknowledged?.at ?? ''}`,
        ])
      }),
    )
}
