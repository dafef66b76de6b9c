import { verifyCommits } from '@bulkhead/release'
import type { RangeJudgement } from '@bulkhead/signatures'
import { printable } from '@bulkhead/vocabulary'
import type { CommandResult } from '../command-result.ts'
import { type CommonOptions, type Register, answer, withCommonOptions } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'

interface Options extends CommonOptions {
  readonly trustedRef?: string
  readonly policy?: string
  readonly genesis?: string
}

export const registerVerifyCommits: Register = (program, host) => {
  withCommonOptions(program.command('verify-commits'), 'verify-commits origin/main..HEAD')
    .description(
      'say for every commit of a range who signed it, and whether the trusted ref allows it',
    )
    .argument('[range]', 'BASE..HEAD, or HEAD alone to start after the trusted ref')
    .option('--trusted-ref <ref>', 'read the policy from this commit')
    .option('--policy <file>', 'a policy outside of the repository, trusted because you name it')
    .option(
      '--genesis <commit>',
      'the commit from which judging starts (default: git config bulkhead.genesis)',
    )
    .action((range: string | undefined, options: Options) =>
      answer(host, 'verify-commits', options, () =>
        inWorkspace(options, async (workspace) => {
          const { trustedRef, policy, genesis } = options
          return describe(
            await verifyCommits(workspace, {
              ...(range === undefined ? {} : { range }),
              ...(trustedRef === undefined ? {} : { trustedRef }),
              ...(policy === undefined ? {} : { policyFile: policy }),
              ...(genesis === undefined ? {} : { genesis }),
            }),
          )
        }),
      ),
    )
}

function describe(judgement: RangeJudgement): CommandResult {
  const { counts, base, head, commits } = judgement
  const findings = [...judgement.findings, ...commits.flatMap((commit) => commit.findings)]
  const blocked = findings.length > 0
  return {
    outcome: blocked ? 'blocked' : 'passed',
    findings,
    json: { verdict: blocked ? 'BLOCK' : 'PASS', range: { base, head }, counts, commits },
    text: [
      ...commits.map((commit) => {
        const who =
          commit.principal === undefined
            ? 'nobody whom the trusted ref allows'
            : `signed by ${commit.principal}`
        return `${commit.verdict === 'passed' ? '✓' : '✗'} ${commit.commit.slice(0, 12)} ${printable(commit.subject, 60)} (${printable(who, 80)})`
      }),
      counts.commits === 0
        ? `${blocked ? 'BLOCK' : 'PASS'}: the range ${base?.slice(0, 12) ?? 'root'}..${head.slice(0, 12)} is empty: there was nothing to verify`
        : `${blocked ? 'BLOCK' : 'PASS'}: ${counts.passed} of ${counts.commits} commits are signed by allowed signers`,
    ],
  }
}
