import type { Command } from 'commander'
import {
  type ApprovalRequest,
  type Loosening,
  type MadeApproval,
  type Workspace,
  approveAmendment,
  approvePolicyChange,
  approveWaiver,
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
import { type Host, type Register, answer, exampleText } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'
import { keyOf } from '../signing-key.ts'

interface SigningOptions extends EnvironmentOptions {
  readonly commit: string
  readonly reason: string
  readonly expires: string
  readonly key?: string
}

interface AmendmentOptions extends SigningOptions {
  readonly suite: string
  readonly path: string
}

interface WaiverOptions extends SigningOptions {
  readonly suite: string
  readonly finding: string
  readonly subject: string
}

export const registerApprove: Register = (program, host) => {
  const approve = program
    .command('approve')
    .description('approve what is not free: signed with your own SSH key, bound to its contents')
    .addHelpText(
      'after',
      exampleText('approve amendment --suite isolation --path test/a.ts --reason "renamed"'),
    )
  registerAmendment(approve, host)
  registerWaiver(approve, host)
  registerPolicyChange(approve, host)
  registerAdd(approve, host)
}

/** Options of every approval that is signed here. */
const withSigningOptions = (command: Command, example: string, lasts: string): Command =>
  withEnvironmentOptions(command, example)
    .requiredOption('--reason <text>', 'why you approve')
    .option('--commit <rev>', 'the commit that it is about', 'HEAD')
    .option('--expires <duration>', 'how long the approval holds', lasts)
    .option('--key <file>', 'your SSH key (default: user.signingkey of git)')

function registerAmendment(approve: Command, host: Host): void {
  const example = 'approve amendment --suite isolation --path test/a.ts --reason "renamed"'
  withSigningOptions(approve.command('amendment'), example, '7d')
    .description('approve the change of a listed test file, or of an inventory')
    .requiredOption('--suite <name>', 'the suite that lists the file')
    .requiredOption('--path <file>', 'the file, from the top of the repository')
    .action((options: AmendmentOptions) =>
      answer(host, 'approve amendment', options, () =>
        inWorkspace(options, async (workspace) => {
          const commit = await workspace.repository.resolveCommit(options.commit)
          const request = await requestOf(workspace, options)
          return describe(await approveAmendment(workspace, request, { ...options, commit }))
        }),
      ),
    )
}

function registerWaiver(approve: Command, host: Host): void {
  const example =
    'approve waiver --suite load --finding gate/failed-test --subject "load: a.ts › p99" --reason "the disk is slow"'
  withSigningOptions(approve.command('waiver'), example, '2d')
    .description('waive one finding of a suite that is not mandatory, for one commit')
    .requiredOption('--suite <name>', 'the suite; a mandatory one is never waived')
    .requiredOption('--finding <code>', 'code of the finding')
    .requiredOption('--subject <text>', 'subject of the finding, exactly as the gate gives it')
    .action((options: WaiverOptions) =>
      answer(host, 'approve waiver', options, () =>
        inWorkspace(options, async (workspace) => {
          const { suite, finding: code, subject: finding } = options
          const commit = await workspace.repository.resolveCommit(options.commit)
          const request = await requestOf(workspace, options)
          return describe(await approveWaiver(workspace, request, { suite, code, finding, commit }))
        }),
      ),
    )
}

function registerPolicyChange(approve: Command, host: Host): void {
  const example = 'approve policy-change --reason "the suite moved to another repository"'
  withSigningOptions(approve.command('policy-change'), example, '7d')
    .description('approve what the policy of a commit loosens, all of it and nothing else')
    .action((options: SigningOptions) =>
      answer(host, 'approve policy-change', options, () =>
        inWorkspace(options, async (workspace): Promise<CommandResult> => {
          const commit = await workspace.repository.resolveCommit(options.commit)
          const request = await requestOf(workspace, options)
          const made = await approvePolicyChange(workspace, request, commit)
          const { json, text, ...result } = describe(made)
          return {
            ...result,
            json: { ...json, loosened: made.loosened },
            text: [...made.loosened.flatMap(looseningLines), ...text],
          }
        }),
      ),
    )
}

const looseningLines = ({ place, was, becomes }: Loosening): readonly string[] => [
  printable(place, 200),
  `  was      ${printable(was, 500)}`,
  `  becomes  ${printable(becomes, 500)}`,
]

function registerAdd(approve: Command, host: Host): void {
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

/** Who approves, why and for how long, out of the options. */
async function requestOf(workspace: Workspace, options: SigningOptions): Promise<ApprovalRequest> {
  const { reason } = options
  const lasts = parseDuration(options.expires)
  if (lasts === undefined || lasts < 1 || reason.trim() === '' || reason.length > 1_000)
    throw new InputError({
      code: 'usage/invalid-option',
      subject: lasts === undefined || lasts < 1 ? `--expires ${options.expires}` : '--reason',
      message: 'cannot be honoured',
      remedy: 'write a duration such as 24h or 7d, and a reason of one sentence',
    })
  const key = await keyOf(workspace, options.key)
  return { ...(await trustedOf(workspace, options)), reason, lasts, key }
}

const describe = ({ approval, file }: MadeApproval): CommandResult => ({
  outcome: 'passed',
  findings: [],
  json: { approval, file },
  text: [
    ...whatIsApproved(approval),
    `  until ${approval.expires}`,
    `  ${file}`,
    '  send this file to whoever gates the release: `bulkhead approve add FILE`',
  ],
})

function whatIsApproved(approval: MadeApproval['approval']): readonly string[] {
  switch (approval.kind) {
    case 'amendment': {
      const { suite, path, from, to } = approval.subject
      return [
        `✓ approved for ${printable(suite, 80)}: ${printable(path, 200)}`,
        `  from ${from}`,
        `  to   ${to ?? 'nothing: the file goes'}`,
      ]
    }
    case 'waiver': {
      const { code, finding, commit } = approval.subject
      return [`✓ waived for ${commit}: ${printable(code, 80)}`, `  ${printable(finding, 500)}`]
    }
    case 'policy-change':
      return [`✓ approved: the policy is loosened (${approval.subject.loosened})`]
    case 'reopening':
      return [
        `✓ approved: going back to ${approval.subject.commit} takes hotfix ${approval.subject.hotfix} out`,
      ]
    case 'hotfix':
      return [`✓ approved: hotfix ${approval.subject.hotfix}, commit ${approval.subject.commit}`]
  }
}
