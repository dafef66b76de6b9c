import { type CheckResult, checkHead, parsePartOptions } from '@bulkhead/release'
import { counted } from '@bulkhead/vocabulary'
import { approvalNotes } from '../approval-notes.ts'
import { OBSERVING } from '../observing.ts'
import type { CommandResult } from '../command-result.ts'
import { type CommonOptions, type Register, answer, withCommonOptions } from '../host.ts'
import { withPullRequestHeads } from '../trust-options.ts'
import { inWorkspace } from '../in-workspace.ts'

interface Options extends CommonOptions {
  readonly base?: string
  readonly leg?: string
  readonly pullRequestHead: readonly string[]
}

export const registerCheck: Register = (program, host) => {
  withPullRequestHeads(withCommonOptions(program.command('check'), 'check --base origin/main'))
    .description(
      'all that a pull request would meet: signatures since the base, every suite, every inventory',
    )
    .option(
      '--base <rev>',
      'the trusted ref (default: the remote default branch, else the pinned genesis)',
    )
    .option('--leg <name>', 'which leg this machine is, in suites that declare legs')
    .action((options: Options) =>
      answer(host, 'check', options, () =>
        inWorkspace(options, async (workspace) =>
          describe(
            await checkHead(workspace, {
              ...(options.base === undefined ? {} : { base: options.base }),
              ...parsePartOptions({ leg: options.leg }),
              pullRequestHeads: options.pullRequestHead,
              onOutput: (chunk) => void process.stderr.write(chunk),
              onStep: (step) => host.console.err(`▸ ${step}`),
              signal: host.signal,
            }),
          ),
        ),
      ),
    )
}

function describe(result: CheckResult): CommandResult {
  const { base, head, mode, commits, suites, findings, waived, notCounted } = result
  const blocked = findings.length > 0
  const verdict = blocked ? 'BLOCK' : 'PASS'
  return {
    outcome: blocked && mode === 'enforce' ? 'blocked' : 'passed',
    findings,
    json: { verdict, mode, base, head, commits, suites, waived, notCounted },
    text: [
      commits === 0
        ? `signatures: no commits since ${base.slice(0, 12)}`
        : `signatures: ${counted(commits, 'commit')} since ${base.slice(0, 12)}`,
      ...suites.map(
        (suite) => `suite ${suite.name}: ${suite.passed} of ${counted(suite.tests, 'test')} passed`,
      ),
      ...approvalNotes(result),
      `${verdict}: ${head.slice(0, 12)}`,
      ...(blocked && mode === 'observe' ? [OBSERVING] : []),
    ],
  }
}
