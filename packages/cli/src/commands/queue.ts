import { type QueueView, addToQueue, readQueue, removeFromQueue } from '@bulkhead/release'
import type { HeldRelease } from '@bulkhead/rollout'
import { counted } from '@bulkhead/vocabulary'
import { localActors } from '../actors.ts'
import type { CommandResult } from '../command-result.ts'
import {
  type EnvironmentOptions,
  environmentOf,
  withEnvironmentOptions,
} from '../environment-options.ts'
import { type Register, answer, exampleText } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'
import { readKeyring, withKeysOption } from '../keys.ts'

interface Options extends EnvironmentOptions {
  readonly keys?: string
}

interface AddOptions extends Options {
  readonly pin: boolean
}

interface RemoveOptions extends Options {
  readonly reason: string
}

export const registerQueue: Register = (program, host) => {
  const queue = program
    .command('queue')
    .description('releases that wait for their turn; `bulkhead ship --queued` ships the next')
    .addHelpText('after', exampleText('queue add --environment production'))
  withKeysOption(withEnvironmentOptions(queue.command('add'), 'queue add HEAD'))
    .description('put a commit with a PASS on record into the queue')
    .argument('[commit]', 'the commit', 'HEAD')
    .option('--pin', 'ship exactly this one: no newer release takes its place', false)
    .action((commit: string, options: AddOptions) =>
      answer(host, 'queue add', options, () =>
        inWorkspace(options, async (workspace): Promise<CommandResult> => {
          const environment = await environmentOf(workspace, options)
          const id = await workspace.repository.resolveCommit(commit)
          const item = await addToQueue(workspace, {
            ...(await requestOf(workspace, options, environment)),
            commit: id,
            pinned: options.pin,
          })
          const line = item === null ? 'is released already' : `waits as number ${item}`
          return done({ item, commit: id }, `${id} ${line}`)
        }),
      ),
    )
  withKeysOption(
    withEnvironmentOptions(queue.command('remove'), 'queue remove 1a2b3c4 --reason "withdrawn"'),
  )
    .description('take a commit out of the queue, or let one that was found bad in again')
    .argument('<commit>', 'the commit')
    .requiredOption('--reason <text>', 'why; it goes on record')
    .action((commit: string, options: RemoveOptions) =>
      answer(host, 'queue remove', options, () =>
        inWorkspace(options, async (workspace): Promise<CommandResult> => {
          const environment = await environmentOf(workspace, options)
          const id = await workspace.repository.resolveCommit(commit)
          const item = await removeFromQueue(workspace, {
            ...(await requestOf(workspace, options, environment)),
            commit: id,
            reason: options.reason,
          })
          return done({ item, commit: id }, `${id} is out of the queue`)
        }),
      ),
    )
  withEnvironmentOptions(queue.command('list'), 'queue list')
    .description('what waits, what is on its way, what was found bad, and what ships next')
    .action((options: EnvironmentOptions) =>
      answer(host, 'queue list', options, () =>
        inWorkspace(options, async (workspace): Promise<CommandResult> => {
          const environment = await environmentOf(workspace, options)
          const view = await readQueue(workspace, environment, options.genesis)
          return {
            outcome: 'passed',
            findings: [],
            json: { environment, ...view },
            text: queueLines(view),
          }
        }),
      ),
    )
}

const done = (json: CommandResult['json'], line: string): CommandResult => ({
  outcome: 'passed',
  findings: [],
  json,
  text: [line],
})

async function requestOf(
  workspace: Parameters<typeof readQueue>[0],
  options: Options,
  environment: string,
) {
  return {
    environment,
    ...(options.genesis === undefined ? {} : { genesis: options.genesis }),
    keyring: await readKeyring(workspace.repository, options.keys),
    actors: await localActors(workspace.repository, 'deployer'),
  }
}

/** The queue as people read it; also part of `status`. */
export function queueLines({ queue, next }: QueueView): readonly string[] {
  const { waiting, trains, suspects, ejected } = queue
  const line = (what: string, one: (typeof waiting)[number]) =>
    `  ${String(one.id).padStart(5)}  ${one.commit.slice(0, 12)}  ${what}${one.pinned ? ', pinned' : ''}${one.tries > 0 ? `, tried ${counted(one.tries, 'time')}` : ''}`
  const lines = [
    ...trains.flatMap(({ carries }) => carries.map((one) => line('on its way', one))),
    ...suspects.map((one) => line('one of these is bad', one)),
    ...waiting.map((one) => line('waits', one)),
    ...ejected.map((one) => line('found bad, not to be shipped', one)),
  ]
  return lines.length === 0 && next.kind === 'empty'
    ? ['queue: nothing waits']
    : ['queue:', ...lines, nextLine(next)]
}

function nextLine(next: QueueView['next']): string {
  switch (next.kind) {
    case 'ship':
      return [
        `next: ${next.head.commit.slice(0, 12)} with ${next.carries.length} in all: ${next.why}`,
        ...next.passed.map(heldLine),
      ].join('\n')
    case 'empty':
      return 'next: nothing'
    case 'held':
      return ['next: nothing:', ...next.held.map(heldLine)].join('\n')
  }
}

const heldLine = ({ commit, by }: HeldRelease): string =>
  `  ${commit.slice(0, 12)} ${by.kind === 'fix' ? `lacks hotfix ${by.hotfix}: merge it, gate, queue the new head` : `contains ${by.commit.slice(0, 12)}, which was found bad`}`
