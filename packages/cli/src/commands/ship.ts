import { InvalidArgumentError } from 'commander'
import {
  type QueuedShipResult,
  type ShipResult,
  type WatchedRelease,
  environmentTarget,
  shipQueued,
  shipRelease,
  watchShipped,
} from '@bulkhead/release'
import {
  type Digest,
  type FencingToken,
  type Finding,
  type Milliseconds,
  digest,
  parseDuration,
} from '@bulkhead/vocabulary'
import { breakingOf, tokenOf } from '../break-lease.ts'
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
  readonly plan?: Digest
  readonly watch?: Milliseconds
  readonly queued: boolean
}

export const registerShip: Register = (program, host) => {
  withKeysOption(withEnvironmentOptions(program.command('ship'), 'ship --environment production'))
    .description('verify the attestation, take the lease, and roll the release out zone by zone')
    .option('--commit <rev>', 'the commit to ship', 'HEAD')
    .option('--verdict <file>', 'the release-gate envelope (default: where gate wrote it)')
    .option('--summary <file>', 'the verification summary envelope (default: where gate wrote it)')
    .option('--plan <digest>', 'ship by this plan or not at all; `bulkhead plan` prints it', planOf)
    .option(
      '--watch <duration>',
      'watch it for so long afterwards, and take it back if it burns slowly',
      spanOf,
    )
    .option('--break-lease <token>', 'end the lease of somebody who is gone, on record', tokenOf)
    .option('--reason <text>', 'why the lease is ended; it goes on record')
    .option('--queued', 'ship what is next in the queue, instead of a commit', false)
    .action((options: Options) =>
      answer(host, 'ship', options, () =>
        inWorkspace(options, async (workspace) => {
          const environment = await environmentOf(workspace, options)
          const view = rolloutConsole(host)
          try {
            const request = {
              environment,
              ...(options.genesis === undefined ? {} : { genesis: options.genesis }),
              ...filesOf(options),
              ...breakingOf(options),
              ...(options.plan === undefined ? {} : { plan: options.plan }),
              keyring: await readKeyring(workspace.repository, options.keys),
              actors: await localActors(workspace.repository, 'deployer'),
              target: await environmentTarget(workspace, environment, options.genesis),
              signal: host.signal,
              onProgress: view.show,
            }
            if (options.queued) return describeQueued(await shipQueued(workspace, request))
            const commit = await workspace.repository.resolveCommit(options.commit)
            const shipped = await shipRelease(workspace, { ...request, commit })
            const { watch } = options
            if (watch === undefined || shipped.result !== 'released') return describe(shipped)
            const watching = { ...request, commit, watch }
            return describeWatched(shipped, await watchShipped(workspace, watching))
          } finally {
            view.close()
          }
        }),
      ),
    )
}

function spanOf(text: string): Milliseconds {
  const span = parseDuration(text)
  if (span !== undefined && span > 0) return span
  throw new InvalidArgumentError('It is a duration, such as 90s, 30m or 2h.')
}

function describeQueued(answered: QueuedShipResult): CommandResult {
  switch (answered.kind) {
    case 'idle':
      return {
        outcome: 'passed',
        findings: [],
        json: { result: 'idle' },
        text: ['nothing waits in the queue'],
      }
    case 'held':
      return {
        outcome: 'blocked',
        findings: answered.findings,
        json: { result: 'held' },
        text: ['HELD: everything that waits contains what was found bad'],
      }
    case 'shipped': {
      const { commit, carries, why, shipped } = answered
      const described = describe(shipped)
      const line = `${commit.slice(0, 12)} with ${carries.length} in all: ${why}`
      return {
        ...described,
        json: { ...described.json, commit, carries, why },
        text: [line, ...described.text],
      }
    }
  }
}

function planOf(text: string): Digest {
  if (/^sha256:[0-9a-f]{64}$/.test(text)) return digest(text)
  throw new InvalidArgumentError('It is sha256: and 64 hex digits; `bulkhead plan` prints it.')
}

/** What the end of a rollout means, in a few words. */
export const ENDS: Readonly<Record<ShipResult['result'], string>> = {
  released: 'RELEASED: every unit runs the release',
  refused: 'REFUSED: nothing was deployed',
  'rolled-back': 'ROLLED BACK: every unit runs the release before it',
  paused: 'PAUSED: it stands at the edge of a batch; `bulkhead resume` or `bulkhead abort`',
  stopped: 'STOPPED: the fleet stands where it was; see the findings',
  stuck: 'STUCK: the fleet needs a human now; the lease is held',
}

function describe({
  result,
  plan,
  matched,
  findings,
  observed = [],
  undelivered = [],
}: ShipResult): CommandResult {
  return {
    outcome: result === 'released' ? 'passed' : 'blocked',
    findings: [...findings, ...observed, ...undelivered],
    json: {
      result,
      matched,
      plan:
        plan === undefined
          ? null
          : {
              digest: plan.digest,
              waves: plan.regions.flatMap(({ waves }) => waves.map((wave) => wave.name)),
            },
    },
    text: [
      ...(observed.length > 0 ? [OBSERVING] : []),
      result === 'released' && plan === undefined
        ? 'RELEASED already: every unit runs the release, nothing was done'
        : ENDS[result],
    ],
  }
}

/** What a watch adds: nothing, or that the release was taken back after all. */
function describeWatched(
  shipped: ShipResult,
  { kind, why, rolledBack }: WatchedRelease,
): CommandResult {
  const told = describe(shipped)
  const json = { ...told.json, watch: { kind, why } }
  if (rolledBack === undefined) return { ...told, json, text: [...told.text, `watched: ${why}`] }
  const back = rolledBack.result === 'released'
  return {
    outcome: 'blocked',
    findings: [slowBurn(shipped, why), ...rolledBack.findings],
    json: { ...json, result: back ? 'rolled-back' : rolledBack.result },
    text: [back ? ENDS['rolled-back'] : 'NOT ROLLED BACK: see the findings'],
  }
}

const slowBurn = ({ plan }: ShipResult, why: string): Finding => ({
  code: 'rollout/canary-failed',
  subject: plan?.release.commit ?? 'the release',
  message: `after its rollout: ${why}`,
  remedy: 'Read the errors of the release, mend it, ship again.',
})
