import {
  type SteerResult,
  type ToldEnd,
  type Workspace,
  abortRollout,
  environmentTarget,
  pauseRollout,
  resumeRollout,
  rollBackRelease,
} from '@bulkhead/release'
import type { RolloutProgress } from '@bulkhead/rollout'
import type { FencingToken } from '@bulkhead/vocabulary'
import type { Command } from 'commander'
import { localActors } from '../actors.ts'
import { breakingOf, tokensOf } from '../break-lease.ts'
import type { CommandResult } from '../command-result.ts'
import {
  type EnvironmentOptions,
  environmentOf,
  withEnvironmentOptions,
} from '../environment-options.ts'
import { type Host, type Register, answer } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'
import { readKeyring, withKeysOption } from '../keys.ts'
import { type PageOptions, showRollout, withPageOption } from '../rollout-page.ts'
import { ENDS } from '../ship-answer.ts'

interface Options extends EnvironmentOptions, PageOptions {
  readonly keys?: string
  readonly breakLease?: readonly FencingToken[]
  readonly reason?: string
  readonly to?: string
}

export const registerResume: Register = (program, host) => {
  withBreaking(carrying(program, 'resume', 'resume --environment production'))
    .description('go on with a rollout that was paused, or whose process is gone')
    .action((options: Options) =>
      steer(host, 'resume', options, async (workspace, request) =>
        resumeRollout(workspace, { ...request, ...breakingOf(options) }),
      ),
    )
}

export const registerPause: Register = (program, host) => {
  steering(program, 'pause', 'pause --environment production --reason "errors in the shop"')
    .description('order the rollout under way to stop at the edge of its next batch')
    .requiredOption('--reason <text>', 'why; it goes on record')
    .action((options: Options) =>
      steer(host, 'pause', options, (workspace, request) =>
        pauseRollout(workspace, { ...request, reason: options.reason ?? '' }),
      ),
    )
}

export const registerAbort: Register = (program, host) => {
  carrying(program, 'abort', 'abort --environment production --reason "wrong release"')
    .description('take a rollout back: by its own process, or here if it stands still')
    .requiredOption('--reason <text>', 'why; it goes on record')
    .option('--break-lease <token>', 'its process is gone: end its lease, on record', tokensOf)
    .action((options: Options) =>
      steer(host, 'abort', options, (workspace, request) =>
        abortRollout(workspace, {
          ...request,
          ...(options.breakLease === undefined ? {} : breakingOf(options)),
          reason: options.reason ?? '',
        }),
      ),
    )
}

export const registerRollback: Register = (program, host) => {
  withBreaking(carrying(program, 'rollback', 'rollback --environment production'))
    .description('return to the last release that was fully good before the present one')
    .option('--to <rev>', 'return to this one instead, which was fully good once')
    .action((options: Options) =>
      steer(host, 'rollback', options, async (workspace, request) => {
        const to =
          options.to === undefined
            ? {}
            : { to: await workspace.repository.resolveCommit(options.to) }
        return rollBackRelease(workspace, { ...request, ...breakingOf(options), ...to })
      }),
    )
}

const steering = (program: Command, name: string, example: string): Command =>
  withKeysOption(withEnvironmentOptions(program.command(name), example))

/** A command that may carry a rollout out itself. */
const carrying = (program: Command, name: string, example: string): Command =>
  withPageOption(steering(program, name, example))

const withBreaking = (command: Command): Command =>
  command
    .option('--break-lease <token>', 'its process is gone: end its lease, on record', tokensOf)
    .option('--reason <text>', 'why the lease is ended; it goes on record')

type Steer = (
  workspace: Workspace,
  request: Parameters<typeof resumeRollout>[1],
) => Promise<SteerResult>

type Name = 'resume' | 'pause' | 'abort' | 'rollback'

function steer(host: Host, name: Name, options: Options, act: Steer): Promise<void> {
  return answer(host, name, options, () =>
    inWorkspace(options, async (workspace) => {
      const environment = await environmentOf(workspace, options)
      const steered = async (onProgress: (progress: RolloutProgress) => void) =>
        act(workspace, {
          environment,
          ...(options.genesis === undefined ? {} : { genesis: options.genesis }),
          keyring: await readKeyring(workspace.repository, options.keys),
          actors: await localActors(workspace.repository, 'deployer'),
          target: await environmentTarget(workspace, environment, options.genesis),
          signal: host.signal,
          onProgress,
        })
      // To pause is an order; whoever carries the rollout out shows it.
      if (name === 'pause') return describe(name, await steered(() => undefined))
      const shown = { host, workspace, environment, what: name, options, tell }
      return showRollout({ ...shown, describe: (ended) => describe(name, ended) }, steered)
    }),
  )
}

/** What was asked for and came to be: an abort wants the release before, the others the release itself. */
const WANTED: Readonly<Record<Name, readonly SteerResult['result'][]>> = {
  resume: ['released'],
  pause: ['ordered'],
  abort: ['ordered', 'rolled-back'],
  rollback: ['released'],
}

/** Nothing is shown of what another process carries out, or of nothing at all. */
const tell = ({ result, commit, findings }: SteerResult): ToldEnd | undefined =>
  result === 'ordered' || commit === null ? undefined : { result, commit, findings, facts: [] }

function describe(name: Name, { result, commit, rollout, findings }: SteerResult): CommandResult {
  const done = WANTED[name].includes(result)
  const next = nextStep(name, result)
  return {
    outcome: done ? 'passed' : 'blocked',
    findings: done ? [] : findings,
    json: { result, commit, rollout, next },
    text: [
      result === 'ordered'
        ? `ORDERED: on record; the rollout of ${commit ?? ''} obeys at the edge of its next batch`
        : ENDS[result],
      ...(rollout === null ? [] : [`rollout  ${rollout}, of ${commit ?? 'nothing'}`]),
      ...(next === null ? [] : [`next     ${next}`]),
    ],
  }
}

/** What to do now; null where the findings say it, or nothing is left to do. */
function nextStep(name: Name, result: SteerResult['result']): string | null {
  switch (result) {
    case 'ordered':
      return name === 'pause'
        ? '`bulkhead status` shows when it stands; then `bulkhead resume`, or `bulkhead abort`'
        : '`bulkhead status` shows how far back it is'
    case 'paused':
      return '`bulkhead resume`, or `bulkhead abort --reason TEXT`'
    case 'rolled-back':
      return 'mend the release and `bulkhead ship` it; `bulkhead ledger log` has why it went back'
    case 'stopped':
    case 'stuck':
      return '`bulkhead status` shows what the fleet says'
    case 'released':
      return name === 'rollback' ? 'mend what was taken back, and `bulkhead ship`' : null
    case 'refused':
      return null
  }
}
