import { Option } from 'commander'
import { fetchPublishedKeys } from '@bulkhead/github'
import {
  type AddedSigner,
  type SignersResult,
  addSigner,
  listSigners,
  readKeyFile,
} from '@bulkhead/release'
import { printable } from '@bulkhead/vocabulary'
import type { CommandResult } from '../command-result.ts'
import {
  type CommonOptions,
  type Register,
  answer,
  exampleText,
  withCommonOptions,
} from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'

interface AddOptions extends CommonOptions {
  readonly key: readonly string[]
  readonly openpgp: readonly string[]
  readonly github?: string
  readonly githubApi: string
  readonly name?: string
  readonly role: 'person' | 'bot' | 'forge'
}

const collect = (value: string, before: readonly string[]) => [...before, value]

export const registerSigners: Register = (program, host) => {
  const signers = program
    .command('signers')
    .description('who may sign commits: the keys of the work tree')
    .addHelpText('after', exampleText('signers add ada@example.com --key ~/.ssh/id_ed25519.pub'))
  withCommonOptions(
    signers.command('add'),
    'signers add ada@example.com --key ~/.ssh/id_ed25519.pub',
  )
    .description('add keys; committing the change stays with you')
    .argument('<email>', 'the committer whom the keys sign for')
    .option('--key <file>', 'an SSH public key (.pub); may be repeated', collect, [])
    .option('--openpgp <file>', 'an armored OpenPGP public key; may be repeated', collect, [])
    .option('--github <user>', 'the signing keys that this user of GitHub has published')
    .option(
      '--github-api <url>',
      "GitHub's API, for GitHub Enterprise Server",
      'https://api.github.com',
    )
    .option('--name <name>', 'as the policy calls them (OpenPGP keys; default: from the email)')
    .addOption(
      new Option('--role <role>', 'of a principal with OpenPGP keys')
        .choices(['person', 'bot', 'forge'])
        .default('person'),
    )
    .action((email: string, options: AddOptions) =>
      answer(host, 'signers add', options, () =>
        inWorkspace(options, async (workspace) => {
          const published = await publishedKeys(options, host.signal)
          const { name, role } = options
          const ssh = [...(await Promise.all(options.key.map(readKeyFile))), ...published.ssh]
          const openpgp = [
            ...(await Promise.all(options.openpgp.map(readKeyFile))),
            ...published.openpgp,
          ]
          return describeAdded(
            email,
            await addSigner(workspace, { email, name, role, ssh, openpgp }),
          )
        }),
      ),
    )
  for (const name of ['list', 'check'] as const)
    withCommonOptions(signers.command(name), `signers ${name}`)
      .description(
        name === 'list'
          ? 'list every key, whose it is and whether it signs now'
          : 'as list, and block when a key signs nothing',
      )
      .action((options: CommonOptions) =>
        answer(host, `signers ${name}`, options, () =>
          inWorkspace(options, async (workspace) =>
            describeList(await listSigners(workspace), name === 'check'),
          ),
        ),
      )
}

const publishedKeys = async ({ github, githubApi }: AddOptions, signal: AbortSignal) =>
  github === undefined
    ? { ssh: [], openpgp: [] }
    : fetchPublishedKeys({ user: github, api: githubApi.replace(/\/+$/, ''), fetch, signal })

const describeAdded = (email: string, { written, added }: AddedSigner): CommandResult => ({
  outcome: 'passed',
  findings: [],
  json: { added, written },
  text:
    added === 0
      ? [`nothing to add: ${printable(email, 80)} has every one of these keys`]
      : [
          ...written.map((path) => `✓ ${path}`),
          `  ${added} ${added === 1 ? 'key' : 'keys'} for ${printable(email, 80)}; commit the change on its own: it counts from the release after`,
        ],
})

function describeList(
  { keys, identities, findings }: SignersResult,
  checking: boolean,
): CommandResult {
  const blocked = checking && findings.length > 0
  const day = (time: number) => new Date(time).toISOString().slice(0, 10)
  return {
    outcome: blocked ? 'blocked' : 'passed',
    findings: checking ? findings : [],
    json: {
      signers: [
        ...keys.map(({ principal: { name, role, committers }, until, ...key }) => ({
          principal: name,
          role,
          committers,
          ...key,
          until: until === undefined ? null : new Date(until).toISOString(),
        })),
        ...identities,
      ],
    },
    text: [
      ...keys.map(({ principal, format, fingerprint, standing, until }) => {
        const role = principal.role === 'person' ? '' : ` (${principal.role})`
        const period = until === undefined ? '' : ` until ${day(until)}`
        return `${standing === 'valid' ? '✓' : '✗'} ${printable(principal.name, 60)}${role}  ${format}  ${fingerprint}  ${standing}${period}`
      }),
      ...identities.map(
        ({ principal, format, identity }) =>
          `✓ ${printable(principal, 60)}  ${format}  ${printable(identity, 160)}`,
      ),
    ],
  }
}
