import { verifyTag } from '@bulkhead/release'
import { type Register, answer } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'
import { type TrustOptions, trustOf, withTrustOptions } from '../trust-options.ts'
import { describeCommits, describeTag } from './commits-answer.ts'

interface Options extends TrustOptions {
  readonly commit?: string
}

export const registerVerifyTag: Register = (program, host) => {
  withTrustOptions(program.command('verify-tag'), 'verify-tag v1.2.0')
    .description('say who signed a tag, that it is called what it says, and who signed its commits')
    .argument('<tag>', 'NAME, or refs/tags/NAME')
    .option('--commit <commit>', 'the commit that the tag must come to')
    .action((name: string, options: Options) =>
      answer(host, 'verify-tag', options, () =>
        inWorkspace(options, async (workspace) => {
          const { commit } = options
          const { tag, range } = await verifyTag(workspace, {
            tag: name,
            ...(commit === undefined ? {} : { commit }),
            ...trustOf(options),
          })
          return range === undefined ? describeTag(tag) : describeCommits(range, tag)
        }),
      ),
    )
}
