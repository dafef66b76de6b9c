import { initialise } from '@bulkhead/release'
import { type CommonOptions, type Register, answer, withCommonOptions } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'

export const registerInit: Register = (program, host) => {
  withCommonOptions(program.command('init'), 'init')
    .description('write a commented bulkhead.yml, keys and allowed signers for this repository')
    .action((options: CommonOptions) =>
      answer(host, 'init', options, () =>
        inWorkspace(options, async (workspace) => {
          const { written, signers } = await initialise(workspace)
          const noSigner =
            '! no SSH signing key in your git configuration: add a line for each signer to .bulkhead/allowed_signers'
          return {
            outcome: 'passed',
            findings: [],
            json: { written, signers },
            text: [
              ...written.map((path) => `✓ ${path}`),
              ...(signers === 0 ? [noSigner] : []),
              '',
              'Private keys lie in the git directory, outside of every commit. Next:',
              '  1. edit bulkhead.yml: the commands of your suites, your artifact, your zones',
              '  2. bulkhead inventory update          # lists the tests that must always run',
              '  3. git add -A && git commit -S -m "Adopt Bulkhead"',
              '  4. git config bulkhead.genesis $(git rev-parse HEAD)   # judging starts after this commit',
              '  5. bulkhead test && bulkhead build && bulkhead gate && bulkhead fleet up && bulkhead ship',
            ],
          }
        }),
      ),
    )
}
