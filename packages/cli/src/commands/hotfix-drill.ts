import { randomBytes } from 'node:crypto'
import type { Command } from 'commander'
import { spanText } from '@bulkhead/hotfix'
import { type DrillResult, drillHotfix, environmentTarget } from '@bulkhead/release'
import { InputError, type Milliseconds, parseDuration } from '@bulkhead/vocabulary'
import type { CommandResult } from '../command-result.ts'
import { readKeyring } from '../keys.ts'
import type { Host } from '../host.ts'
import { rolloutConsole } from '../terminal/rollout-console.ts'
import { type HotfixOptions, recorded, withHotfixOptions } from './hotfix-options.ts'
import { statusLines, stepLine } from './hotfix-text.ts'

interface DrillOptions extends HotfixOptions {
  readonly wait: string
  readonly voucher?: string
}

/** `hotfix drill`: a lane that nobody has walked in daylight is none at three in the morning. */
export function registerDrill(hotfix: Command, host: Host): void {
  withHotfixOptions(hotfix.command('drill'), 'hotfix drill --environment staging')
    .description('walk the whole lane with a release that changes nothing, and record its times')
    .option('--wait <duration>', 'how long people may take; called again, it goes on', '30m')
    .option('--voucher <socket>', 'have the voucher at this socket run the suites')
    .action((options: DrillOptions) =>
      recorded(host, 'drill', options, async (workspace, request) => {
        const view = rolloutConsole(host)
        try {
          return describe(
            await drillHotfix(workspace, {
              ...request,
              salt: randomBytes(32).toString('hex'),
              patience: patienceOf(options.wait),
              vouching:
                options.voucher === undefined
                  ? {
                      kind: 'local',
                      keyring: await readKeyring(workspace.repository, options.keys),
                    }
                  : { kind: 'voucher', socket: options.voucher },
              target: await environmentTarget(workspace, request.environment, options.genesis),
              signal: host.signal,
              onOutput: (chunk) => void process.stderr.write(chunk),
              onWait: (status) => statusLines(status).forEach(host.console.err),
              onProgress: view.show,
            }),
          )
        } finally {
          view.close()
        }
      }),
    )
}

const ENDS: Readonly<Record<DrillResult['result'], string>> = {
  drilled: '✓ the lane was walked from end to end; its times are on record',
  waiting: 'WAITING for people: call it again, it goes on',
  blocked: 'BLOCKED: the lane does not work as it is; see the findings',
}

function describe({ result, commit, hotfix, clock, findings }: DrillResult): CommandResult {
  const steps = clock?.steps ?? []
  return {
    outcome: result === 'drilled' ? 'passed' : 'blocked',
    findings,
    json: {
      result,
      commit,
      hotfix,
      elapsed: clock?.elapsed ?? null,
      steps: steps.map(({ step, after, budget, late }) => ({
        step,
        after: after ?? null,
        budget,
        late,
      })),
    },
    text: [
      ENDS[result],
      ...(clock === undefined ? [] : [`  clock ${spanText(clock.elapsed)}`]),
      ...steps.map(stepLine),
    ],
  }
}

function patienceOf(text: string): Milliseconds {
  const span = parseDuration(text)
  if (span !== undefined && span > 0) return span
  throw new InputError({
    code: 'usage/invalid-option',
    subject: `--wait ${text}`,
    message: 'is no duration',
    remedy: 'write one such as 90s or 30m',
  })
}
