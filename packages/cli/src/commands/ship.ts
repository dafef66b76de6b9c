import { InvalidArgumentError } from 'commander'
import {
  type ShipRequest,
  type Workspace,
  environmentTarget,
  shipQueued,
  shipRelease,
  tellQueued,
  watchShipped,
} from '@bulkhead/release'
import {
  type Digest,
  type FencingToken,
  type Milliseconds,
  digest,
  parseDuration,
} from '@bulkhead/vocabulary'
import { breakingOf, tokensOf } from '../break-lease.ts'
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
import { type WatchedShip, describeQueued, describeWatched, tellWatched } from '../ship-answer.ts'
import { type PageOptions, showRollout, withPageOption } from '../rollout-page.ts'

interface Options extends EnvironmentOptions, PageOptions {
  readonly commit: string
  readonly verdict?: string
  readonly summary?: string
  readonly keys?: string
  readonly breakLease?: readonly FencingToken[]
  readonly reason?: string
  readonly plan?: Digest
  readonly watch?: Milliseconds
  readonly wait?: Milliseconds
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
    .option(
      '--watch <duration>',
      'watch it for so long afterwards, and take it back if it burns slowly',
      spanOf,
    )
    .option(
      '--wait <duration>',
      'how long to wait until the release before it has left the first region; 0s for not at all',
      waitOf,
    )
    .option('--break-lease <token>', 'end the lease of somebody who is gone, on record', tokensOf)
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
            wait: options.wait,
          }
          const shown = { host, workspace, environment, what: 'ship', options } as const
          if (options.queued)
            return showRollout(
              { ...shown, tell: tellQueued, describe: describeQueued },
              (onProgress) => shipQueued(workspace, { ...request, onProgress }),
            )
          const commit = await workspace.repository.resolveCommit(options.commit)
          const shipping = { ...request, commit, watch: options.watch }
          return showRollout(
            { ...shown, tell: (ended) => tellWatched(commit, ended), describe: describeWatched },
            (onProgress) => shipAndWatch(workspace, { ...shipping, onProgress }),
          )
        }),
      ),
    )
}

/** Ships, and watches what has become whole, where that is asked for. */
async function shipAndWatch(
  workspace: Workspace,
  request: ShipRequest & { readonly watch: Milliseconds | undefined },
): Promise<WatchedShip> {
  const shipped = await shipRelease(workspace, request)
  const { watch } = request
  if (watch === undefined || shipped.result !== 'released') return { shipped }
  return { shipped, watched: await watchShipped(workspace, { ...request, watch }) }
}

function spanOf(text: string): Milliseconds {
  const span = parseDuration(text)
  if (span !== undefined && span > 0) return span
  throw new InvalidArgumentError('It is a duration, such as 90s, 30m or 2h.')
}

function waitOf(text: string): Milliseconds {
  const span = parseDuration(text)
  if (span !== undefined) return span
  throw new InvalidArgumentError('It is a duration, such as 0s, 90s or 30m.')
}

function planOf(text: string): Digest {
  if (/^sha256:[0-9a-f]{64}$/.test(text)) return digest(text)
  throw new InvalidArgumentError('It is sha256: and 64 hex digits; `bulkhead plan` prints it.')
}
