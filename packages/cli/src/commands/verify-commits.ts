import { readEventFile, verifyCommits } from '@bulkhead/release'
import { InputError } from '@bulkhead/vocabulary'
import { type Register, answer } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'
import { type TrustOptions, trustOf, withTrustOptions } from '../trust-options.ts'
import { describeCommits } from './commits-answer.ts'

interface Options extends TrustOptions {
  readonly event?: string
  readonly eventFile?: string
}

export const registerVerifyCommits: Register = (program, host) => {
  withTrustOptions(program.command('verify-commits'), 'verify-commits origin/main..HEAD')
    .description(
      'say for every commit of a range who signed it, and whether the trusted ref allows it',
    )
    .argument('[range]', 'BASE..HEAD, or HEAD alone to start after the trusted ref')
    .option(
      '--event <name>',
      'judge what an event of GitHub brought: push, pull_request, merge_group',
    )
    .option('--event-file <file>', 'the event as GitHub sent it ($GITHUB_EVENT_PATH)')
    .action((range: string | undefined, options: Options) =>
      answer(host, 'verify-commits', options, async () => {
        const event = await eventOf(options)
        return inWorkspace(options, async (workspace) =>
          describeCommits(
            await verifyCommits(workspace, {
              ...(range === undefined ? {} : { range }),
              ...(event === undefined ? {} : { event }),
              ...trustOf(options),
            }),
          ),
        )
      }),
    )
}

async function eventOf({ event, eventFile }: Options) {
  if (event === undefined && eventFile === undefined) return undefined
  if (event !== undefined && eventFile !== undefined) return readEventFile(event, eventFile)
  throw new InputError({
    code: 'usage/invalid-option',
    subject: event === undefined ? '--event-file' : '--event',
    message: 'the name of an event and its file belong together',
    remedy: 'give both: `--event "$GITHUB_EVENT_NAME" --event-file "$GITHUB_EVENT_PATH"`',
  })
}
