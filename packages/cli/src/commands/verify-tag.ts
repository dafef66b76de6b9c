import { verifyTag } from '@bulkhead/release'
import type { CommitJudgement } from '@bulkhead/signatures'
import { type Register, answerWithList } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'
import { type TrustOptions, trustOf, withTrustOptions } from '../trust-options.ts'
import { describeCommits, describeTag, lineOfCommit } from './commits-answer.ts'

interface Options extends TrustOptions {
  readonly commit?: string
}

export const registerVerifyTag: Register = (program, host) => {
  withTrustOptions(program.command('verify-tag'), 'verify-tag v1.2.0')
    .description('say who signed a tag, that it is called what it says, and who signed its commits')
    .argument('<tag>', 'NAME, or refs/tags/NAME')
    .option('--commit <commit>', 'the commit that the tag must come to')
    .action((name: string, options: Options) =>
      answerWithList<CommitJudgement>(
        host,
        { command: 'verify-tag', list: 'commits' },
        options,
        (emit) =>
          inWorkspace(options, async (workspace) => {
            const { commit } = options
            const { tag, range } = await verifyTag(workspace, {
              tag: name,
              ...(commit === undefined ? {} : { commit }),
              ...trustOf(options),
            })
            if (range === undefined) return describeTag(tag)
            await emit(range.commits, lineOfCommit)
            const findings = range.commits.flatMap((one) => one.findings)
            return describeCommits(range, findings, tag)
          }),
      ),
    )
}
