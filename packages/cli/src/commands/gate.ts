import { gateRelease, parseRun } from '@bulkhead/release'
import { counted } from '@bulkhead/vocabulary'
import type { CommandResult } from '../command-result.ts'
import { approvalNotes } from '../approval-notes.ts'
import { OBSERVING } from '../observing.ts'
import { localActors } from '../actors.ts'
import {
  type EnvironmentOptions,
  environmentOf,
  withEnvironmentOptions,
} from '../environment-options.ts'
import { type Register, answer } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'
import { readKeyring, withKeysOption } from '../keys.ts'
import { explainReason } from '../explain-reason.ts'
import { withPullRequestHeads } from '../trust-options.ts'
import { type RunOptions, withRunOptions } from '../run-options.ts'

interface Options extends EnvironmentOptions, RunOptions {
  readonly commit: string
  readonly pullRequestHead: readonly string[]
  readonly keys?: string
  readonly explain?: string
}

export const registerGate: Register = (program, host) => {
  const command = withKeysOption(
    withEnvironmentOptions(program.command('gate'), 'gate --environment production'),
  )
  withRunOptions(
    withPullRequestHeads(command),
    'the run that all evidence must be of (default: any, as long as it is one for each suite)',
  )
    .description('judge a commit for an environment by policy and evidence; attest the verdict')
    .option('--commit <rev>', 'the commit to judge', 'HEAD')
    .option('--explain <code>', 'only say what a code means, and what mends it')
    .action((options: Options) =>
      answer(host, 'gate', options, async () => {
        if (options.explain !== undefined) return explainReason(options.explain)
        return inWorkspace(options, async (workspace): Promise<CommandResult> => {
          const { repository } = workspace
          return describe(
            await gateRelease(workspace, {
              environment: await environmentOf(workspace, options),
              commit: await repository.resolveCommit(options.commit),
              ...(options.genesis === undefined ? {} : { genesis: options.genesis }),
              run: parseRun(options),
              pullRequestHeads: await Promise.all(
                options.pullRequestHead.map((name) => repository.resolveCommit(name)),
              ),
              keyring: await readKeyring(repository, options.keys),
              actors: await localActors(repository, 'gate'),
            }),
          )
        })
      }),
    )
}

function describe({
  verdict,
  files,
  notCounted,
}: Awaited<ReturnType<typeof gateRelease>>): CommandResult {
  const { outcome, mode, findings, bindings, counts } = verdict
  const observing = outcome === 'BLOCK' && mode === 'observe'
  const local = [
    ...new Set(verdict.runs.filter((run) => run.separation === 'local').map((run) => run.suite)),
  ]
  return {
    outcome: outcome === 'PASS' || observing ? 'passed' : 'blocked',
    findings,
    json: { verdict, attestation: files, notCounted },
    text: [
      `${outcome}: ${bindings.commit.slice(0, 12)} for ${bindings.environment}: ${counted(counts.commits, 'commit')}, ${counts.passed} of ${counted(counts.tests, 'test')} passed`,
      ...(local.length > 0
        ? [
            `note: the runs of ${local.join(', ')} are vouched for by a key within the tests' reach (separation: local)`,
          ]
        : []),
      ...approvalNotes({ waived: verdict.waived, notCounted }),
      `attested until ${bindings.expiresAt}: ${files.gate}`,
      ...(observing ? [OBSERVING] : []),
    ],
  }
}
