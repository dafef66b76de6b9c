import { InvalidArgumentError } from 'commander'
import {
  type QueuedShipResult,
  type ShipResult,
  type ToldEnd,
  environmentTarget,
  shipQueued,
  shipRelease,
} from '@bulkhead/release'
import { type CommitId, type Digest, type FencingToken, digest } from '@bulkhead/vocabulary'
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
import { type PageOptions, showRollout, withPageOption } from '../rollout-page.ts'

interface Options extends EnvironmentOptions, PageOptions {
  readonly commit: string
  readonly verdict?: string
  readonly summary?: string
  readonly keys?: string
  readonly breakLease?: FencingToken
  readonly reason?: string
  readonly plan?: Digest
  readonly queued: boolean
}

export const registerShip: Register = (program, host) => {
  withPageOption(
    withKeysOption(
      withEnvironmentOptions(program.command('ship'), 'ship --environment production'),
    ),
  )
    .description('verify the attestation, take the lease, and roll the release out zone by zone')
    .option('--commit <rev>', 'the commit to ship', 'HEAD')
    .option('--verdict <file>', 'the release-gate envelope (default: where gate wrote it)')
    .option('--summary <file>', 'the verification summary envelope (default: where gate wrote it)')
    .option('--plan <digest>', 'ship by this plan or not at all; `bulkhead plan` prints it', planOf)
    .option('--break-lease <token>', 'end the lease of somebody who is gone, on record', tokenOf)
    .option('--reason <text>', 'why the lease is ended; it goes on record')
    .option('--queued', 'ship what is next in the queue, instead of a commit', false)
    .action((options: Options) =>
      answer(host, 'ship', options, () =>
        inWorkspace(options, async (workspace) => {
          const environment = await environmentOf(workspace, options)
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
          }
          const shown = { host, workspace, environment, what: 'ship', options } as const
          if (options.queued)
            return showRollout(
              { ...shown, tell: tellQueued, describe: describeQueued },
              (onProgress) => shipQueued(workspace, { ...request, onProgress }),
            )
          const commit = await workspace.repository.resolveCommit(options.commit)
          const tell = (ended: ShipResult) => tellShipped(commit, ended)
          return showRollout({ ...shown, tell, describe }, (onProgress) =>
            shipRelease(workspace, { ...request, commit, onProgress }),
          )
        }),
      ),
    )
}

/** Nothing was done, so there is nothing to show. */
const isIdle = ({ result, plan }: ShipResult): boolean =>
  result === 'released' && plan === undefined

function tellShipped(commit: CommitId, ended: ShipResult): ToldEnd | undefined {
  if (isIdle(ended)) return undefined
  const { result, findings, plan, rollout } = ended
  const facts = [
    ...(rollout === null ? [] : [{ name: 'rollout', value: String(rollout) }]),
    ...(plan === undefined ? [] : [{ name: 'plan', value: plan.digest }]),
  ]
  return { result, findings, commit, facts }
}

const tellQueued = (answered: QueuedShipResult): ToldEnd | undefined =>
  answered.kind === 'shipped' ? tellShipped(answered.commit, answered.shipped) : undefined

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

function describe(shipped: ShipResult): CommandResult {
  const { result, plan, rollout, matched, findings, observed = [], undelivered = [] } = shipped
  return {
    outcome: result === 'released' ? 'passed' : 'blocked',
    findings: [...findings, ...observed, ...undelivered],
    json: {
      result,
      rollout,
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
      isIdle(shipped)
        ? 'RELEASED already: every unit runs the release, nothing was done'
        : ENDS[result],
    ],
  }
}
