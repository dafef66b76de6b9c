import { InvalidArgumentError } from 'commander'
import { type ShipResult, environmentTarget, shipRelease } from '@bulkhead/release'
import { type FencingToken, InputError, fencingToken } from '@bulkhead/vocabulary'
import type { CommandResult } from '../command-result.ts'
import { OBSERVING } from '../observing.ts'
import { localActors } from '../actors.ts'
import { filesOf } from './attest.ts'
import {
  type EnvironmentOptions,
  environmentOf,
  withEnvironmentOptions,
} from '../environment-options.ts'
import { type Register, answer } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'
import { readKeyring, withKeysOption } from '../keys.ts'
import { rolloutConsole } from '../terminal/rollout-console.ts'

interface Options extends EnvironmentOptions {
  readonly commit: string
  readonly verdict?: string
  readonly summary?: string
  readonly keys?: string
  readonly breakLease?: FencingToken
  readonly reason?: string
}

export const registerShip: Register = (program, host) => {
  withKeysOption(withEnvironmentOptions(program.command('ship'), 'ship --environment production'))
    .description('verify the attestation, take the lease, and roll the release out zone by zone')
    .option('--commit <rev>', 'the commit to ship', 'HEAD')
    .option('--verdict <file>', 'the release-gate envelope (default: where gate wrote it)')
    .option('--summary <file>', 'the verification summary envelope (default: where gate wrote it)')
    .option('--break-lease <token>', 'end the lease of somebody who is gone, on record', tokenOf)
    .option('--reason <text>', 'why the lease is ended; it goes on record')
    .action((options: Options) =>
      answer(host, 'ship', options, () =>
        inWorkspace(options, async (workspace) => {
          const environment = await environmentOf(workspace, options)
          const view = rolloutConsole(host)
          try {
            return describe(
              await shipRelease(workspace, {
                environment,
                commit: await workspace.repository.resolveCommit(options.commit),
                ...(options.genesis === undefined ? {} : { genesis: options.genesis }),
                ...filesOf(options),
                ...breakingOf(options),
                keyring: await readKeyring(workspace.repository, options.keys),
                actors: await localActors(workspace.repository, 'deployer'),
                target: environmentTarget(workspace, environment),
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

/** A lease is ended by name and reason, or not at all. */
function breakingOf({ breakLease: token, reason = '' }: Options) {
  if (token === undefined && reason === '') return {}
  if (token !== undefined && reason.trim() !== '' && reason.length <= MOST_REASON)
    return { breaking: { token, reason } }
  throw new InputError({
    code: 'usage/invalid-option',
    subject: token === undefined ? '--reason' : '--break-lease',
    message:
      reason.length > MOST_REASON
        ? `the reason has ${reason.length} characters; at most ${MOST_REASON} go on record`
        : 'a lease is ended by its token and for a reason',
    remedy: 'give both: `bulkhead ship --break-lease TOKEN --reason TEXT`',
  })
}

const MOST_REASON = 500

function tokenOf(text: string): FencingToken {
  if (/^[0-9]{1,15}$/.test(text)) return fencingToken(Number(text))
  throw new InvalidArgumentError('It is a whole number; `bulkhead status` shows it.')
}

const ENDS: Readonly<Record<ShipResult['result'], string>> = {
  released: 'RELEASED: every unit runs the release',
  refused: 'REFUSED: nothing was deployed',
  'rolled-back': 'ROLLED BACK: every unit runs the release before it',
  stopped: 'STOPPED: the fleet stands where it was; see the findings',
  stuck: 'STUCK: the fleet needs a human now; the lease is held',
}

function describe({ result, plan, matched, findings, observed = [] }: ShipResult): CommandResult {
  return {
    outcome: result === 'released' ? 'passed' : 'blocked',
    findings: [...findings, ...observed],
    json: {
      result,
      matched,
      plan:
        plan === undefined
          ? null
          : { digest: plan.digest, waves: plan.waves.map((wave) => wave.name) },
    },
    text: [
      ...(observed.length > 0 ? [OBSERVING] : []),
      result === 'released' && plan === undefined
        ? 'RELEASED already: every unit runs the release, nothing was done'
        : ENDS[result],
    ],
  }
}
