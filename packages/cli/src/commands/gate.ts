import { gateRelease } from '@bulkhead/release'
import type { CommandResult } from '../command-result.ts'
import { localActors } from '../actors.ts'
import {
  type EnvironmentOptions,
  environmentOf,
  withEnvironmentOptions,
} from '../environment-options.ts'
import { type Register, answer } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'
import { readKeyring, withKeysOption } from '../keys.ts'

interface Options extends EnvironmentOptions {
  readonly commit: string
  readonly keys?: string
}

export const registerGate: Register = (program, host) => {
  withKeysOption(withEnvironmentOptions(program.command('gate'), 'gate --environment production'))
    .description('judge a commit for an environment by policy and evidence; attest the verdict')
    .option('--commit <rev>', 'the commit to judge', 'HEAD')
    .action((options: Options) =>
      answer(host, 'gate', options, () =>
        inWorkspace(options, async (workspace): Promise<CommandResult> => {
          const { repository } = workspace
          const { verdict, files } = await gateRelease(workspace, {
            environment: await environmentOf(workspace, options),
            commit: await repository.resolveCommit(options.commit),
            ...(options.genesis === undefined ? {} : { genesis: options.genesis }),
            keyring: await readKeyring(repository, options.keys),
            actors: await localActors(repository, 'gate'),
          })
          const { commits, tests, passed } = verdict.counts
          const local = verdict.runs
            .filter((run) => run.separation === 'local')
            .map((run) => run.suite)
          return {
            outcome: verdict.outcome === 'PASS' ? 'passed' : 'blocked',
            findings: verdict.findings,
            json: { verdict, attestation: files },
            text: [
              `${verdict.outcome}: ${verdict.bindings.commit.slice(0, 12)} for ${verdict.bindings.environment}: ${commits} commits, ${passed} of ${tests} tests passed`,
              ...(local.length > 0
                ? [
                    `note: the runs of ${local.join(', ')} are vouched for by a key within the tests' reach (separation: local)`,
                  ]
                : []),
              `attested until ${verdict.bindings.expiresAt}: ${files.gate}`,
            ],
          }
        }),
      ),
    )
}
