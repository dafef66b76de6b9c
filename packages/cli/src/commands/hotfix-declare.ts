import { randomBytes } from 'node:crypto'
import { type Command, Option } from 'commander'
import { SEVERITIES, type Severity } from '@bulkhead/ledger'
import {
  branchFrom,
  declareHotfix,
  findTrustedBase,
  hotfixStatus,
  moveHotfix,
} from '@bulkhead/release'
import { environmentOf } from '../environment-options.ts'
import { type Host, answer } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'
import {
  type HotfixOptions,
  done,
  recorded,
  withHotfixOptions,
  withNumberedOptions,
} from './hotfix-options.ts'
import { statusLines } from './hotfix-text.ts'

export function registerBranch(hotfix: Command, host: Host): void {
  withHotfixOptions(hotfix.command('branch'), 'hotfix branch hotfix/sec-42')
    .description('make a branch that begins at what is deployed, by the word of the ledger')
    .argument('<name>', 'of the branch; under an embargo it tells nothing')
    .action((name: string, options: HotfixOptions) =>
      answer(host, 'hotfix branch', options, () =>
        inWorkspace(options, async (workspace) => {
          const environment = await environmentOf(workspace, options)
          const { ledger, genesis } = await findTrustedBase(workspace, environment, options.genesis)
          const commit = ledger.state.released?.commit ?? genesis
          await branchFrom(workspace, commit, name)
          return done({ branch: name, commit }, [
            `✓ ${name} begins at ${commit}, which is deployed in ${environment}`,
            `  git switch ${name}`,
          ])
        }),
      ),
    )
}

interface DeclareOptions extends HotfixOptions {
  readonly commit: string
  readonly advisory: string
  readonly severity: Severity
  readonly reason: string
  readonly public: boolean
  readonly link?: string
}

export function registerDeclare(hotfix: Command, host: Host): void {
  withHotfixOptions(
    hotfix.command('declare'),
    'hotfix declare --commit HEAD --advisory SEC-42 --severity critical --reason "tenants see each other"',
  )
    .description('open the record of a hotfix: its clock starts, and people are paged')
    .requiredOption('--commit <rev>', 'the fix, on top of what is deployed')
    .requiredOption('--advisory <id>', 'what it fixes, e.g. GHSA-… or CVE-…')
    .addOption(
      new Option('--severity <word>', 'how bad it is').choices(SEVERITIES).makeOptionMandatory(),
    )
    .requiredOption('--reason <text>', 'why it cannot wait')
    .option('--public', 'no embargo: say on record at once what it fixes', false)
    .option('--link <url>', 'where people should look')
    .action((options: DeclareOptions) =>
      recorded(host, 'declare', options, async (workspace, request) => {
        const { advisory, reason, severity } = options
        const declared = await declareHotfix(workspace, {
          ...request,
          commit: await workspace.repository.resolveCommit(options.commit),
          severity,
          facts: { salt: randomBytes(32).toString('hex'), advisory, reason },
          embargo: !options.public,
          ...(options.link === undefined ? {} : { link: options.link }),
        })
        if (declared.kind === 'refused')
          return { outcome: 'blocked', findings: declared.findings, json: {}, text: ['REFUSED'] }
        const [status] = await hotfixStatus(workspace, { ...request, hotfix: declared.hotfix.id })
        return {
          outcome: 'passed',
          findings: declared.undelivered,
          json: { hotfix: declared.hotfix.id, status },
          text: status === undefined ? [] : statusLines(status),
        }
      }),
    )
}

interface MoveOptions extends HotfixOptions {
  readonly commit: string
  readonly reason: string
}

export function registerMove(hotfix: Command, host: Host): void {
  withNumberedOptions(
    hotfix.command('move'),
    'hotfix move --commit HEAD --reason "the first fix missed a path"',
  )
    .description(
      'put another commit in its place before it is out; approvals of the first are void',
    )
    .requiredOption('--commit <rev>', 'the fix as it is now, on top of what is deployed')
    .requiredOption('--reason <text>', 'why; it goes on record')
    .action((options: MoveOptions) =>
      recorded(host, 'move', options, async (workspace, request) => {
        const { hotfix: found, findings } = await moveHotfix(workspace, {
          ...request,
          commit: await workspace.repository.resolveCommit(options.commit),
          reason: options.reason,
        })
        return {
          outcome: findings.length === 0 ? 'passed' : 'blocked',
          findings,
          json: { hotfix: found.id, commit: found.commit },
          text: [
            findings.length === 0
              ? `✓ hotfix ${found.id} is ${found.commit.slice(0, 12)} now; the clock goes on`
              : `REFUSED: hotfix ${found.id} stays ${found.commit.slice(0, 12)}`,
          ],
        }
      }),
    )
}
