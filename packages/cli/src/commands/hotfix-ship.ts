import type { Command } from 'commander'
import {
  type ShipHotfixResult,
  environmentTarget,
  shipHotfix,
  tellShipped,
} from '@bulkhead/release'
import type { FencingToken } from '@bulkhead/vocabulary'
import { localActors } from '../actors.ts'
import { breakingOf, tokensOf } from '../break-lease.ts'
import type { CommandResult } from '../command-result.ts'
import { environmentOf } from '../environment-options.ts'
import { type Host, answer } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'
import { readKeyring } from '../keys.ts'
import { type HotfixOptions, withNumberedOptions } from './hotfix-options.ts'
import { type PageOptions, showRollout, withPageOption } from '../rollout-page.ts'
import { ENDS } from '../ship-answer.ts'

interface Options extends HotfixOptions, PageOptions {
  readonly suspectRunning: boolean
  readonly breakLease?: readonly FencingToken[]
  readonly reason?: string
}

/** `hotfix ship`: whoever rolls out gives way, three waves, everywhere; called again it goes on. */
export function registerHotfixShip(hotfix: Command, host: Host): void {
  withPageOption(withNumberedOptions(hotfix.command('ship'), 'hotfix ship'))
    .description('ship it: the running rollout yields, three waves, the version seen everywhere')
    .option(
      '--suspect-running',
      'what is being rolled out is the suspect: it goes back first',
      false,
    )
    .option('--break-lease <token>', 'end the lease of somebody who is gone, on record', tokensOf)
    .option('--reason <text>', 'why the lease is ended; it goes on record')
    .action((options: Options) =>
      answer(host, 'hotfix ship', options, () =>
        inWorkspace(options, async (workspace) => {
          const environment = await environmentOf(workspace, options)
          const request = {
            environment,
            ...(options.hotfix === undefined ? {} : { hotfix: options.hotfix }),
            ...(options.genesis === undefined ? {} : { genesis: options.genesis }),
            ...breakingOf(options),
            suspectRunning: options.suspectRunning,
            keyring: await readKeyring(workspace.repository, options.keys),
            actors: await localActors(workspace.repository, 'deployer'),
            target: await environmentTarget(workspace, environment, options.genesis),
            signal: host.signal,
          }
          return showRollout(
            {
              host,
              workspace,
              environment,
              what: 'ship',
              lane: 'hotfix',
              options,
              tell: (ended) => tellShipped(ended.commit, ended),
              describe,
            },
            (onProgress) => shipHotfix(workspace, { ...request, onProgress }),
          )
        }),
      ),
    )
}

function describe({
  result,
  plan,
  findings,
  hotfix,
  conclusion,
  undelivered = [],
}: ShipHotfixResult): CommandResult {
  const { preempted = [], proof = null, told } = conclusion ?? {}
  return {
    outcome: result === 'released' && findings.length === 0 ? 'passed' : 'blocked',
    findings: [...findings, ...undelivered],
    json: { result, hotfix, plan: plan?.digest ?? null, preempted, proof, told: told ?? null },
    text: [
      ENDS[result],
      ...(proof === null ? [] : ['✓ the proof command failed before and passes now']),
      ...preempted.map(
        (commit) =>
          `  ${commit.slice(0, 12)} gave way: it waits in the queue; merge the fix into it`,
      ),
      ...(told === false && findings.length === 0
        ? ['  what it fixes is still sealed: `bulkhead hotfix open` where it was declared']
        : []),
      ...(result === 'released' ? ['  what it owes now: `bulkhead hotfix status`'] : []),
    ],
  }
}
