import { judgeCommits, readEventFile } from '@bulkhead/release'
import type { CommitJudgement } from '@bulkhead/signatures'
import { type Finding, InputError } from '@bulkhead/vocabulary'
import { type Register, answerWithList } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'
import { type TrustOptions, trustOf, withTrustOptions } from '../trust-options.ts'
import { describeCommits, lineOfCommit } from './commits-answer.ts'

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
      answerWithList<CommitJudgement>(
        host,
        { command: 'verify-commits', list: 'commits' },
        options,
        async (emit) => {
          const event = await eventOf(options)
          return inWorkspace(options, async (workspace) => {
            const judging = judgeCommits(workspace, {
              ...(range === undefined ? {} : { range }),
              ...(event === undefined ? {} : { event }),
              ...trustOf(options),
            })
            const findings: Finding[] = []
            for (;;) {
              const step = await judging.next()
              if (step.done) return describeCommits(step.value, findings)
              await emit(step.value, lineOfCommit)
              for (const commit of step.value) findings.push(...commit.findings)
            }
          })
        },
      ),
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
