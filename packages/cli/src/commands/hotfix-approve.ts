import { type Command, InvalidArgumentError } from 'commander'
import {
  approveHotfix,
  approveReopening,
  chosenHotfix,
  environmentTarget,
  findTrustedBase,
  recordApproval,
} from '@bulkhead/release'
import { type Digest, digest } from '@bulkhead/vocabulary'
import { localActors } from '../actors.ts'
import { environmentOf } from '../environment-options.ts'
import { type Host, answer } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'
import { readKeyring } from '../keys.ts'
import { keyOf } from '../signing-key.ts'
import { type HotfixOptions, done, withNumberedOptions } from './hotfix-options.ts'

interface ApproveOptions extends HotfixOptions {
  readonly plan: Digest
  readonly reason: string
  readonly key?: string
  readonly record: boolean
}

/** `hotfix approve`: a file that a colleague may carry, or an entry of the ledger. */
export function registerHotfixApprove(hotfix: Command, host: Host): void {
  withNumberedOptions(
    hotfix.command('approve'),
    'hotfix approve --plan sha256:… --reason "read it, tried it"',
  )
    .description('agree to a hotfix: this commit, the bytes of its PASS, this plan; for minutes')
    .requiredOption('--plan <digest>', 'the plan that ships', planOf)
    .requiredOption('--reason <text>', 'why you approve')
    .option('--key <file>', 'your SSH key (default: user.signingkey of git)')
    .option('--record', 'put it on the ledger too, where you have its key', false)
    .action((options: ApproveOptions) =>
      answer(host, 'hotfix approve', options, () =>
        inWorkspace(options, async (workspace) => {
          const environment = await environmentOf(workspace, options)
          const base = await findTrustedBase(workspace, environment, options.genesis)
          const key = await keyOf(workspace, options.key)
          const { plan, reason, hotfix: named } = options
          const target = await environmentTarget(workspace, environment, options.genesis)
          const request = { base, environment, hotfix: named, plan, reason, key, target }
          const made = await approveHotfix(workspace, request)
          // Said again, as after a kill, it is the same word: it counts once, and goes on record all the same.
          const refused = made.notCounted.filter(({ code }) => code !== 'hotfix/same-person')
          const again = refused.length < made.notCounted.length
          if (options.record && refused.length === 0)
            await recordApproval(
              workspace,
              {
                environment,
                ...(options.genesis === undefined ? {} : { genesis: options.genesis }),
                keyring: await readKeyring(workspace.repository, options.keys),
                actors: await localActors(workspace.repository, 'approver'),
              },
              made,
            )
          const { approval, file } = made
          const json = { approval, file, recorded: options.record }
          if (refused.length > 0)
            return {
              outcome: 'blocked',
              findings: made.notCounted,
              json,
              text: ['IT DOES NOT COUNT: somebody else must approve'],
            }
          return done(json, [
            `✓ approved until ${approval.expires}`,
            `  ${file}`,
            ...(again ? ['  you had approved already: it counts once'] : []),
            options.record
              ? '  it is on record'
              : '  send this file to whoever ships: `bulkhead approve add FILE`',
          ])
        }),
      ),
    )
}

interface ReopenOptions extends HotfixOptions {
  readonly to: string
  readonly reason: string
  readonly key?: string
}

/** `hotfix reopen`: two people may decide that going back is the lesser evil. */
export function registerReopen(hotfix: Command, host: Host): void {
  withNumberedOptions(
    hotfix.command('reopen'),
    'hotfix reopen --hotfix 42 --to v1.2.3 --reason "the fix loses data"',
  )
    .description('agree that going back takes a hotfix out again; two people must')
    .requiredOption('--to <rev>', 'the release to go back to')
    .requiredOption('--reason <text>', 'why that is the lesser evil')
    .option('--key <file>', 'your SSH key (default: user.signingkey of git)')
    .action((options: ReopenOptions) =>
      answer(host, 'hotfix reopen', options, () =>
        inWorkspace(options, async (workspace) => {
          const environment = await environmentOf(workspace, options)
          const base = await findTrustedBase(workspace, environment, options.genesis)
          const commit = await workspace.repository.resolveCommit(options.to)
          const { id } = chosenHotfix(base.ledger.state.hotfixes, options.hotfix)
          const key = await keyOf(workspace, options.key)
          const { reason } = options
          const made = await approveReopening(
            workspace,
            { base, environment, commit, reason, key },
            id,
          )
          return done({ approval: made.approval, file: made.file }, [
            `✓ you agree, until ${made.approval.expires}: going back to ${commit.slice(0, 12)} takes hotfix ${id} out`,
            `  ${made.file}`,
            '  when two people agree: `bulkhead rollback`',
          ])
        }),
      ),
    )
}

function planOf(text: string): Digest {
  if (/^sha256:[0-9a-f]{64}$/.test(text)) return digest(text)
  throw new InvalidArgumentError('It is sha256: and 64 hex digits; `bulkhead plan` prints it.')
}
