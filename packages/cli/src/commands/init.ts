import { resolve } from 'node:path'
import { initialise, installPrePushHook } from '@bulkhead/release'
import type { CommandResult } from '../command-result.ts'
import { type CommonOptions, type Register, answer, withCommonOptions } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'

interface Options extends CommonOptions {
  readonly hook: boolean
}

export const registerInit: Register = (program, host) => {
  withCommonOptions(program.command('init'), 'init')
    .description('write a commented bulkhead.yml, keys and allowed signers for this repository')
    .option('--hook', 'only install the pre-push hook of this clone', false)
    .action((options: Options) =>
      answer(host, 'init', options, () =>
        inWorkspace(options, async (workspace) => {
          if (options.hook) return describeHook(await installPrePushHook(workspace, ownProgram()))
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

/** The program that runs now: the hook falls back to it where bulkhead is not on the PATH. */
const ownProgram = () => ({ node: process.execPath, program: resolve(process.argv[1] ?? '') })

const describeHook = (hook: string): CommandResult => ({
  outcome: 'passed',
  findings: [],
  json: { hook },
  text: [
    `✓ ${hook}`,
    '  every push is judged before it leaves; `git push --no-verify` passes it by',
  ],
})
