import { homedir } from 'node:os'
import { join } from 'node:path'
import {
  type MadeApproval,
  type Workspace,
  approveAmendment,
  findTrustedBase,
  keepApproval,
  readKeyFile,
} from '@bulkhead/release'
import { InputError, parseDuration, printable } from '@bulkhead/vocabulary'
import type { CommandResult } from '../command-result.ts'
import {
  type EnvironmentOptions,
  environmentOf,
  withEnvironmentOptions,
} from '../environment-options.ts'
import { type Register, answer, exampleText } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'

interface AmendmentOptions extends EnvironmentOptions {
  readonly suite: string
  readonly path: string
  readonly commit: string
  readonly reason: string
  readonly expires: string
  readonly key?: string
}

export const registerApprove: Register = (program, host) => {
  const approve = program
    .command('approve')
    .description('approve what is not free: signed with your own SSH key, bound to its contents')
    .addHelpText(
      'after',
      exampleText('approve amendment --suite isolation --path test/a.ts --reason "renamed"'),
    )
  withEnvironmentOptions(
    approve.command('amendment'),
    'approve amendment --suite isolation --path test/a.ts --reason "renamed"',
  )
    .description('approve the change of a listed test file, or of an inventory')
    .requiredOption('--suite <name>', 'the suite that lists the file')
    .requiredOption('--path <file>', 'the file, from the top of the repository')
    .requiredOption('--reason <text>', 'why you approve')
    .option('--commit <rev>', 'the commit that changes it', 'HEAD')
    .option('--expires <duration>', 'how long the approval holds', '7d')
    .option('--key <file>', 'your SSH key (default: user.signingkey of git)')
    .action((options: AmendmentOptions) =>
      answer(host, 'approve amendment', options, () =>
        inWorkspace(options, async (workspace) => describe(await amendment(workspace, options))),
      ),
    )
  withEnvironmentOptions(approve.command('add'), 'approve add colleague.json')
    .description('take over an approval that a colleague has sent')
    .argument('<file>', 'the file')
    .action((file: string, options: EnvironmentOptions) =>
      answer(host, 'approve add', options, () =>
        inWorkspace(options, async (workspace): Promise<CommandResult> => {
          const trusted = await trustedOf(workspace, options)
          const kept = await keepApproval(workspace, Buffer.from(await readKeyFile(file)), trusted)
          return { outcome: 'passed', findings: [], json: { file: kept }, text: [`✓ ${kept}`] }
        }),
      ),
    )
}

async function trustedOf(workspace: Workspace, options: EnvironmentOptions) {
  const environment = await environmentOf(workspace, options)
  const { policy, genesis } = await findTrustedBase(workspace, environment, options.genesis)
  return { policy, genesis }
}

async function amendment(workspace: Workspace, options: AmendmentOptions): Promise<MadeApproval> {
  const { suite, path, reason } = options
  const lasts = parseDuration(options.expires)
  if (lasts === undefined || lasts < 1 || reason.trim() === '' || reason.length > 1_000)
    throw new InputError({
      code: 'usage/invalid-option',
      subject: lasts === undefined || lasts < 1 ? `--expires ${options.expires}` : '--reason',
      message: 'cannot be honoured',
      remedy: 'write a duration such as 24h or 7d, and a reason of one sentence',
    })
  return approveAmendment(workspace, {
    ...(await trustedOf(workspace, options)),
    commit: await workspace.repository.resolveCommit(options.commit),
    suite,
    path,
    reason,
    lasts,
    key: await keyOf(workspace, options.key),
  })
}

/** The key that git signs with; `~` is the shell's, and git's configuration has it too. */
async function keyOf({ repository }: Workspace, named: string | undefined): Promise<string> {
  const key = named ?? (await repository.configValue('user.signingkey'))
  if (key !== undefined && !key.startsWith('key::') && !key.startsWith('ssh-'))
    return key.replace(/^~(?=\/)/, () => join(homedir()))
  throw new InputError({
    code: 'usage/missing-key',
    subject: 'user.signingkey',
    message: 'git names no file of an SSH key to sign with',
    remedy: 'name your SSH key: `--key ~/.ssh/id_ed25519`',
  })
}

function describe({ approval, file }: MadeApproval): CommandResult {
  const { subject, expires } = approval
  return {
    outcome: 'passed',
    findings: [],
    json: { approval, file },
    text: [
      `✓ approved for ${printable(subject.suite, 80)}: ${printable(subject.path, 200)}`,
      `  from ${subject.from}`,
      `  to   ${subject.to ?? 'nothing: the file goes'}`,
      `  until ${expires}`,
      `  ${file}`,
      '  send this file to whoever gates the release: `bulkhead approve add FILE`',
    ],
  }
}
