import { buildRelease, workingPolicy } from '@bulkhead/release'
import { type CommonOptions, type Register, answer, withCommonOptions } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'
import { readKeyring, withKeysOption } from '../keys.ts'

interface Options extends CommonOptions {
  readonly keys?: string
}

export const registerBuild: Register = (program, host) => {
  withKeysOption(withCommonOptions(program.command('build'), 'build'))
    .description('build the commit that is checked out and bind its artifacts to it')
    .action((options: Options) =>
      answer(host, 'build', options, () =>
        inWorkspace(options, async (workspace) => {
          const record = await buildRelease(workspace, {
            policy: await workingPolicy(workspace),
            keyring: await readKeyring(workspace.repository, options.keys),
            signal: host.signal,
            onOutput: (chunk) => void process.stderr.write(chunk),
          })
          return {
            outcome: 'passed',
            findings: [],
            json: { record },
            text: record.artifacts.map(
              (artifact) =>
                `✓ ${artifact.name} ${artifact.digest} is bound to ${record.commit.slice(0, 12)}`,
            ),
          }
        }),
      ),
    )
}
