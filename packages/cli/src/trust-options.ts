import type { Command } from 'commander'
import { type CommonOptions, withCommonOptions } from './host.ts'

/** Options of every command that judges commits by whom a caller trusts. */
export interface TrustOptions extends CommonOptions {
  readonly trustedRef?: string
  readonly policy?: string
  readonly genesis?: string
  readonly pullRequestHead: readonly string[]
}

export function withTrustOptions(command: Command, example: string): Command {
  return withPullRequestHeads(withCommonOptions(command, example))
    .option('--trusted-ref <ref>', 'read the policy from this commit')
    .option('--policy <file>', 'a policy outside of the repository, trusted because you name it')
    .option(
      '--genesis <commit>',
      'the commit from which judging starts (default: git config bulkhead.genesis)',
    )
}

/** The option by which a squash of the forge is shown to be the squash of signed commits. */
export const withPullRequestHeads = (command: Command): Command =>
  command.option(
    '--pull-request-head <commit>',
    'a head that the forge may have squashed, judged too (may be repeated)',
    (head: string, heads: readonly string[]) => [...heads, head],
    [] as readonly string[],
  )

/** The options as the functions of a release take them. */
export const trustOf = ({ trustedRef, policy, genesis, pullRequestHead }: TrustOptions) => ({
  ...(trustedRef === undefined ? {} : { trustedRef }),
  ...(policy === undefined ? {} : { policyFile: policy }),
  ...(genesis === undefined ? {} : { genesis }),
  pullRequestHeads: pullRequestHead,
})
