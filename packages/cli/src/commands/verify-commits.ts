import { judgeCommits } from '@bulkhead/release'
import type { CommitJudgement, RangeSummary } from '@bulkhead/signatures'
import { type Finding, printable } from '@bulkhead/vocabulary'
import type { CommandResult } from '../command-result.ts'
import { type CommonOptions, type Register, answerWithList, withCommonOptions } from '../host.ts'
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
      answerWithList<CommitJudgement>(
        host,
        { command: 'verify-commits', list: 'commits' },
        options,
        (emit) =>
          inWorkspace(options, async (workspace) => {
            const { trustedRef, policy, genesis } = options
            const judging = judgeCommits(workspace, {
              ...(range === undefined ? {} : { range }),
              ...(trustedRef === undefined ? {} : { trustedRef }),
              ...(policy === undefined ? {} : { policyFile: policy }),
              ...(genesis === undefined ? {} : { genesis }),
            })
            const findings: Finding[] = []
            for (;;) {
              const step = await judging.next()
              if (step.done) return describe(step.value, findings)
              await emit(step.value, lineOf)
              for (const commit of step.value) findings.push(...commit.findings)
            }
          }),
      ),
    )
}

function lineOf({ verdict, commit, subject, principal }: CommitJudgement): string {
  const who =
    principal === undefined ? 'nobody whom the trusted ref allows' : `signed by ${principal}`
  return `${verdict === 'passed' ? '✓' : '✗'} ${commit.slice(0, 12)} ${printable(subject, 60)} (${printable(who, 80)})`
}

function describe(
  { counts, base, head, ...range }: RangeSummary,
  ofCommits: readonly Finding[],
): CommandResult {
  const findings = [...range.findings, ...ofCommits]
  const blocked = findings.length > 0
  const verdict = blocked ? 'BLOCK' : 'PASS'
  return {
    outcome: blocked ? 'blocked' : 'passed',
    findings,
    json: { verdict, range: { base, head }, counts },
    text: [
      counts.commits === 0
        ? `${verdict}: the range ${base?.slice(0, 12) ?? 'root'}..${head.slice(0, 12)} is empty: there was nothing to verify`
        : `${verdict}: ${counts.passed} of ${counts.commits} commits are signed by allowed signers`,
    ],
  }
}
