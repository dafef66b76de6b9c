import { type PushJudgement, parsePushedRefs, verifyPush } from '@bulkhead/release'
import { counted, printable } from '@bulkhead/vocabulary'
import type { CommandResult } from '../command-result.ts'
import {
  type CommonOptions,
  type Register,
  answer,
  exampleText,
  withCommonOptions,
} from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'

/** More lines than refs that anybody pushes at once. */
const MAX_INPUT = 4 * 1024 * 1024

export const registerHook: Register = (program, host) => {
  const hook = program
    .command('hook')
    .description('what git calls; `bulkhead init --hook` installs it')
    .addHelpText('after', exampleText('hook pre-push origin < refs'))
  withCommonOptions(hook.command('pre-push'), 'hook pre-push origin < refs')
    .description('judge the signatures of what is about to be pushed')
    .argument('<remote>', 'name of the remote')
    .argument('[url]', 'its address')
    .action((remote: string, _url: string | undefined, options: CommonOptions) =>
      answer(host, 'hook pre-push', options, () =>
        inWorkspace(options, async (workspace) => {
          const refs = parsePushedRefs(await readInput())
          return describe(await verifyPush(workspace, { remote, refs }))
        }),
      ),
    )
}

async function readInput(): Promise<string> {
  let text = ''
  process.stdin.setEncoding('utf8')
  for await (const chunk of process.stdin) {
    text += String(chunk)
    if (text.length > MAX_INPUT) break
  }
  return text
}

function describe(judged: readonly PushJudgement[]): CommandResult {
  const findings = judged.flatMap(({ judgement }) => [
    ...judgement.findings,
    ...judgement.commits.flatMap((commit) => commit.findings),
  ])
  const blocked = findings.length > 0
  return {
    outcome: blocked ? 'blocked' : 'passed',
    findings,
    json: {
      verdict: blocked ? 'BLOCK' : 'PASS',
      refs: judged.map(({ ref, judgement: { base, head, counts } }) => ({
        ref,
        range: { base, head },
        counts,
      })),
    },
    text: judged.map(
      ({ ref, judgement: { counts } }) =>
        `${counts.blocked > 0 ? '✗' : '✓'} ${printable(ref, 200)}: ${counts.passed} of ${counted(counts.commits, 'commit is', 'commits are')} signed by allowed signers`,
    ),
  }
}
