import { buildRelease, workingPolicy } from '@bulkhead/release'
import { type CommonOptions, type Register, answer, withCommonOptions } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'
import { readSigner } from '../signer.ts'

interface Options extends CommonOptions {
  readonly key?: string
}

export const registerBuild: Register = (program, host) => {
  withCommonOptions(program.command('build'), 'build')
    .description('build the commit that is checked out and bind its artifacts to it')
    .option('--key <file>', "the builder's private key, - for stdin (default: made by init)")
    .action((options: Options) =>
      answer(host, 'build', options, () =>
        inWorkspace(options, async (workspace) => {
          const record = await buildRelease(workspace, {
            policy: (await workingPolicy(workspace)).policy,
            signer: await readSigner(workspace.repository, 'builder', options.key),
            signal: host.signal,
            onOutput: (chunk) => void process.stderr.write(chunk),
          })
          return {
            outcome: 'passed',
            findings: [],
            json: { record },
            text: record.artifacts.map((artifact) => `✓ ${artifact.name} ${artifact.digest} is bound to ${record.commit.slice(0, 12)}`),
          }
        }),
      ),
    )
}
