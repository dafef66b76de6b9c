import { randomBytes } from 'node:crypto'
import type { Command } from 'commander'
import { SEVERITIES, type Severity } from '@bulkhead/ledger'
import {
  type Workspace,
  acknowledgeHotfix,
  branchFrom,
  closeHotfix,
  declareHotfix,
  findTrustedBase,
  hotfixStatus,
  hotfixTexts,
  openHotfix,
  openWhenTime,
  pageUntilAcknowledged,
  repayDebt,
} from '@bulkhead/release'
import { InputError, type Milliseconds, parseDuration } from '@bulkhead/vocabulary'
import { localActors } from '../actors.ts'
import type { CommandResult } from '../command-result.ts'
import { environmentOf } from '../environment-options.ts'
import { type Host, type Register, answer, exampleText } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'
import { readKeyring } from '../keys.ts'
import { registerHotfixApprove, registerReopen } from './hotfix-approve.ts'
import {
  type HotfixOptions,
  done,
  withHotfixOptions,
  withNumberedOptions,
} from './hotfix-options.ts'
import { registerHotfixShip } from './hotfix-ship.ts'
import { debtLines, statusLines } from './hotfix-text.ts'

export const registerHotfix: Register = (program, host) => {
  const hotfix = program
    .command('hotfix')
    .description('a security fix overtakes everything else: declare, approve, ship, repay')
    .addHelpText('after', exampleText('hotfix status'))
  registerBranch(hotfix, host)
  registerDeclare(hotfix, host)
  registerPage(hotfix, host)
  registerAcknowledge(hotfix, host)
  registerHotfixApprove(hotfix, host)
  registerHotfixShip(hotfix, host)
  registerStatus(hotfix, host)
  registerOpen(hotfix, host)
  registerRepay(hotfix, host)
  registerPostMortem(hotfix, host)
  registerReopen(hotfix, host)
  registerClose(hotfix, host)
}

/** Runs a command about a hotfix with what its record needs. */
function recorded(
  host: Host,
  command: string,
  options: HotfixOptions,
  work: (
    workspace: Workspace,
    request: Awaited<ReturnType<typeof requestOf>>,
  ) => Promise<CommandResult>,
): Promise<void> {
  return answer(host, `hotfix ${command}`, options, () =>
    inWorkspace(options, async (workspace) => work(workspace, await requestOf(workspace, options))),
  )
}

const requestOf = async (workspace: Workspace, options: HotfixOptions) => ({
  environment: await environmentOf(workspace, options),
  ...(options.genesis === undefined ? {} : { genesis: options.genesis }),
  ...(options.hotfix === undefined ? {} : { hotfix: options.hotfix }),
  keyring: await readKeyring(workspace.repository, options.keys),
  actors: await localActors(workspace.repository, 'release-manager'),
})

function registerBranch(hotfix: Command, host: Host): void {
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

function registerDeclare(hotfix: Command, host: Host): void {
  withHotfixOptions(
    hotfix.command('declare'),
    'hotfix declare --commit HEAD --advisory SEC-42 --severity critical --reason "tenants see each other"',
  )
    .description('open the record of a hotfix: its clock starts, and people are paged')
    .requiredOption('--commit <rev>', 'the fix, on top of what is deployed')
    .requiredOption('--advisory <id>', 'what it fixes, e.g. GHSA-… or CVE-…')
    .requiredOption('--severity <word>', `how bad it is: ${SEVERITIES.join(', ')}`, severityOf)
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

function severityOf(text: string): Severity {
  const found = SEVERITIES.find((word) => word === text)
  if (found !== undefined) return found
  throw new InputError({
    code: 'usage/invalid-option',
    subject: `--severity ${text}`,
    message: 'is no severity',
    remedy: `write one of: ${SEVERITIES.join(', ')}`,
  })
}

interface PageOptions extends HotfixOptions {
  readonly every: string
}

function registerPage(hotfix: Command, host: Host): void {
  withNumberedOptions(hotfix.command('page'), 'hotfix page --every 2m')
    .description('page again and again until a person has taken it')
    .option('--every <duration>', 'time from one page to the next', '2m')
    .action((options: PageOptions) =>
      recorded(host, 'page', options, async (workspace, request) => {
        const taken = await pageUntilAcknowledged(workspace, {
          ...request,
          every: spanOf(options.every),
          signal: host.signal,
          onPage: ({ id }, undelivered) =>
            host.console.err(
              `hotfix ${id}: paged${undelivered.length === 0 ? '' : `; ${undelivered.length} channels are down`}`,
            ),
        })
        const { acknowledged } = taken
        if (acknowledged === null && taken.everywhere === null && taken.closed === null)
          return { outcome: 'blocked', findings: [], json: {}, text: ['nobody has taken it yet'] }
        return done({ hotfix: taken.id, acknowledged }, [
          acknowledged === null ? 'it is over' : `✓ ${acknowledged.by} has it`,
        ])
      }),
    )
}

function spanOf(text: string): Milliseconds {
  const span = parseDuration(text)
  if (span !== undefined && span > 0) return span
  throw new InputError({
    code: 'usage/invalid-option',
    subject: `--every ${text}`,
    message: 'is no duration',
    remedy: 'write one such as 90s or 2m',
  })
}

function registerAcknowledge(hotfix: Command, host: Host): void {
  withNumberedOptions(hotfix.command('acknowledge'), 'hotfix acknowledge')
    .description('take a hotfix: nobody else is paged for it')
    .action((options: HotfixOptions) =>
      recorded(host, 'acknowledge', options, async (workspace, request) => {
        const { id, acknowledged } = await acknowledgeHotfix(workspace, request)
        return done({ hotfix: id, acknowledged }, [
          `✓ hotfix ${id} is taken by ${acknowledged?.by ?? 'nobody'} since ${acknowledged?.at ?? ''}`,
        ])
      }),
    )
}

function registerStatus(hotfix: Command, host: Host): void {
  withNumberedOptions(hotfix.command('status'), 'hotfix status')
    .description('one screen: the clock, the step, and who must do what now')
    .action((options: HotfixOptions) =>
      answer(host, 'hotfix status', options, () =>
        inWorkspace(options, async (workspace) => {
          const environment = await environmentOf(workspace, options)
          const shown = await hotfixStatus(workspace, { ...options, environment })
          return done(
            { environment, hotfixes: shown },
            shown.length === 0
              ? [`${environment}: no hotfix is open`]
              : shown.flatMap((one) => statusLines(one)),
          )
        }),
      ),
    )
}

function registerOpen(hotfix: Command, host: Host): void {
  withNumberedOptions(hotfix.command('open'), 'hotfix open')
    .description('end the embargo: say on record what it fixes, once it is everywhere')
    .action((options: HotfixOptions) =>
      recorded(host, 'open', options, async (workspace, request) => {
        const { ledger, hotfix: found } = await openHotfix(workspace, request)
        const opened = await openWhenTime(workspace, ledger, found, request.actors)
        return done({ hotfix: found.id, opened }, [
          opened
            ? `✓ hotfix ${found.id} is told`
            : found.facts !== null
              ? `hotfix ${found.id} was told before`
              : found.everywhere === null
                ? `hotfix ${found.id} stays sealed: it is not everywhere`
                : 'this clone does not know what it fixes: do it where it was declared',
        ])
      }),
    )
}

interface RepayOptions extends HotfixOptions {
  readonly evidence?: string
  readonly into: string
  readonly detect: readonly string[]
  readonly prevent: readonly string[]
}

function registerRepay(hotfix: Command, host: Host): void {
  const many = (text: string, before: readonly string[]) => [...before, text]
  withNumberedOptions(hotfix.command('repay'), 'hotfix repay back-merge --into main')
    .description(
      'repay a debt: tag, back-merge, review, post-mortem, action-items, customer-notice',
    )
    .argument('<debt>', 'its name, as `hotfix status` shows it')
    .option('--evidence <text>', 'where it was done: a link, a commit')
    .option('--into <branch>', 'for back-merge: the branch that must have the fix', 'main')
    .option('--detect <text>', 'for action-items: what would tell us sooner', many, [])
    .option('--prevent <text>', 'for action-items: what makes it impossible', many, [])
    .action((debt: string, options: RepayOptions) =>
      recorded(host, 'repay', options, async (workspace, request) => {
        const items = [
          ...options.detect.map((text) => ({ kind: 'detect' as const, text })),
          ...options.prevent.map((text) => ({ kind: 'prevent' as const, text })),
        ]
        const { evidence, into } = options
        const repaid = await repayDebt(workspace, { ...request, debt, evidence, items, into })
        if (repaid.kind === 'owed')
          return {
            outcome: 'blocked',
            findings: repaid.findings,
            json: { debt },
            text: [`OWED: ${debt}`],
          }
        const { hotfix: found, evidence: proof } = repaid
        return done({ hotfix: found.id, debt, evidence: proof }, [
          `✓ ${debt} is repaid: ${proof}`,
          ...debtLines(found),
        ])
      }),
    )
}

function registerPostMortem(hotfix: Command, host: Host): void {
  withNumberedOptions(hotfix.command('post-mortem'), 'hotfix post-mortem > post-mortem.md')
    .description('the post-mortem as far as the ledger can write it, and a notice to customers')
    .action((options: HotfixOptions) =>
      answer(host, 'hotfix post-mortem', options, () =>
        inWorkspace(options, async (workspace) => {
          const environment = await environmentOf(workspace, options)
          const texts = await hotfixTexts(workspace, { ...options, environment })
          return done({ ...texts }, [texts.postMortem, texts.customerNotice])
        }),
      ),
    )
}

interface CloseOptions extends HotfixOptions {
  readonly withdraw?: string
}

function registerClose(hotfix: Command, host: Host): void {
  withNumberedOptions(hotfix.command('close'), 'hotfix close')
    .description('close a hotfix that owes nothing, or withdraw one that is not out')
    .option('--withdraw <reason>', 'give it up: nothing of it is out')
    .action((options: CloseOptions) =>
      recorded(host, 'close', options, async (workspace, request) => {
        const { hotfix: found, findings } = await closeHotfix(workspace, {
          ...request,
          withdraw: options.withdraw,
        })
        return {
          outcome: findings.length === 0 ? 'passed' : 'blocked',
          findings,
          json: { hotfix: found.id, closed: found.closed },
          text: [
            findings.length === 0 ? `✓ hotfix ${found.id} is closed` : `OPEN: hotfix ${found.id}`,
          ],
        }
      }),
    )
}
