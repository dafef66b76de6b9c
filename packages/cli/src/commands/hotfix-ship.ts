import type { Command } from 'commander'
import { type ShipHotfixResult, environmentTarget, shipHotfix } from '@bulkhead/release'
import type { FencingToken } from '@bulkhead/vocabulary'
import { localActors } from '../actors.ts'
import { breakingOf, tokenOf } from '../break-lease.ts'
import type { CommandResult } from '../command-result.ts'
import { environmentOf } from '../environment-options.ts'
import { type Host, answer } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'
import { readKeyring } from '../keys.ts'
import { rolloutConsole } from '../terminal/rollout-console.ts'
import { type HotfixOptions, withNumberedOptions } from './hotfix-options.ts'
import { ENDS } from '../ship-answer.ts'

interface Options extends HotfixOptions {
  readonly suspectRunning: boolean
  readonly breakLease?: FencingToken
  readonly reason?: string
}

/** `hotfix ship`: whoever rolls out gives way, three waves, everywhere; called again it goes on. */
export function registerHotfixShip(hotfix: Command, host: Host): void {
  withNumberedOptions(hotfix.command('ship'), 'hotfix ship')
    .description('ship it: the running rollout yields, three waves, the version seen everywhere')
    .option(
      '--suspect-running',
      'what is being rolled out is the suspect: it goes back first',
      false,
    )
    .option('--break-lease <token>', 'end the lease of somebody who is gone, on record', tokenOf)
    .option('--reason <text>', 'why the lease is ended; it goes on record')
    .action((options: Options) =>
      answer(host, 'hotfix ship', options, () =>
        inWorkspace(options, async (workspace) => {
          const environment = await environmentOf(workspace, options)
          const view = rolloutConsole(host)
          try {
            return describe(
              await shipHotfix(workspace, {
                environment,
                ...(options.hotfix === undefined ? {} : { hotfix: options.hotfix }),
                ...(options.genesis === undefined ? {} : { genesis: options.genesis }),
                ...breakingOf(options),
                suspectRunning: options.suspectRunning,
                keyring: await readKeyring(workspace.repository, options.keys),
                actors: await localActors(workspace.repository, 'deployer'),
                target: await environmentTarget(workspace, environment, options.genesis),
                signal: host.signal,
                onProgress: view.show,
              }),
            )
          } finally {
            view.close()
          }
        }),
      ),
    )
}

function describe({ result, plan, findings, hotfix, conclusion }: ShipHotfixResult): CommandResult {
  const { preempted = [], proof = null } = conclusion ?? {}
  return {
    outcome: result === 'released' && findings.length === 0 ? 'passed' : 'blocked',
    findings,
    json: { result, hotfix, plan: plan?.digest ?? null, preempted, proof },
    text: [
      ENDS[result],
      ...(proof === null ? [] : ['✓ the proof command failed before and passes now']),
      ...preempted.map(
        (commit) =>
          `  ${commit.slice(0, 12)} gave way: it waits in the queue; merge the fix into it`,
      ),
      ...(result === 'released' ? ['  what it owes now: `bulkhead hotfix status`'] : []),
    ],
  }
}
