import type { Command } from 'commander'
import { closeHotfix, hotfixTexts, openHotfix, openWhenTime, repayDebt } from '@bulkhead/release'
import { environmentOf } from '../environment-options.ts'
import { type Host, answer } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'
import { type HotfixOptions, done, recorded, withNumberedOptions } from './hotfix-options.ts'
import { debtLines } from './hotfix-text.ts'

export function registerOpen(hotfix: Command, host: Host): void {
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

export function registerRepay(hotfix: Command, host: Host): void {
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

export function registerPostMortem(hotfix: Command, host: Host): void {
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

export function registerClose(hotfix: Command, host: Host): void {
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
