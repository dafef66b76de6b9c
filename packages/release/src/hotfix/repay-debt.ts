import type { HotfixOnRecord } from '@bulkhead/ledger'
import type { Finding } from '@bulkhead/vocabulary'
import type { Workspace } from '../workspace.ts'
import { type HotfixRequest, chosenHotfix, openHotfix } from './hotfix-access.ts'
import { proveBackMerge } from './prove-back-merge.ts'
import { tagHotfix } from './tag-hotfix.ts'

export interface RepayRequest extends HotfixRequest {
  readonly debt: string
  /** Where it was done; needed for what only people can do. */
  readonly evidence: string | undefined
  /** Actions that follow; the debt `action-items` needs one that detects and one that prevents. */
  readonly items: readonly { readonly kind: 'detect' | 'prevent'; readonly text: string }[]
  /** The branch that must have the fix, for the debt `back-merge`. */
  readonly into: string
}

export type Repaid =
  | { readonly kind: 'repaid'; readonly hotfix: HotfixOnRecord; readonly evidence: string }
  | { readonly kind: 'owed'; readonly findings: readonly Finding[] }

/** Repays one debt: what can be looked at is looked at, what cannot needs to be named. */
export async function repayDebt(workspace: Workspace, request: RepayRequest): Promise<Repaid> {
  const { base, ledger, hotfix } = await openHotfix(workspace, request)
  const { debt, items, actors } = request
  const owed = hotfix.debts.find(({ name }) => name === debt)
  if (owed === undefined || owed.repaid !== null) return notOwed(hotfix, debt)
  const proof = await evidenceOf(workspace, request, { hotfix, base })
  if (typeof proof !== 'string') return { kind: 'owed', findings: proof }
  const data = {
    of: hotfix.id,
    debt,
    evidence: proof,
    ...(items.length === 0 ? {} : { items }),
  }
  await ledger.append([{ kind: 'debt.repaid', actors, data }])
  return {
    kind: 'repaid',
    hotfix: chosenHotfix(ledger.known().hotfixes, hotfix.id),
    evidence: proof,
  }
}

async function evidenceOf(
  workspace: Workspace,
  request: RepayRequest,
  found: Pick<Awaited<ReturnType<typeof openHotfix>>, 'hotfix' | 'base'>,
): Promise<string | readonly Finding[]> {
  const { debt, evidence, items, into } = request
  if (debt === 'tag') return tagHotfix(workspace, found.hotfix)
  if (debt === 'back-merge') return proveBackMerge(workspace, found.hotfix, into)
  const kinds = new Set(items.map(({ kind }) => kind))
  if (debt === 'action-items' && kinds.size < 2)
    return [
      missing(
        debt,
        'needs an action that detects and one that prevents',
        '--detect TEXT --prevent TEXT',
      ),
    ]
  if (evidence === undefined || evidence.trim() === '')
    return [missing(debt, 'needs a word about where it was done', '--evidence LINK')]
  return evidence
}

const missing = (debt: string, message: string, options: string): Finding => ({
  code: 'hotfix/debt-open',
  subject: debt,
  message,
  remedy: `bulkhead hotfix repay ${debt} ${options}`,
})

const notOwed = ({ id, debts }: HotfixOnRecord, debt: string): Repaid => {
  const open = debts.filter(({ repaid }) => repaid === null).map(({ name }) => name)
  return {
    kind: 'owed',
    findings: [
      {
        code: 'hotfix/unknown',
        subject: debt,
        message: `hotfix ${id} does not owe it`,
        remedy:
          open.length === 0
            ? `bulkhead hotfix close --hotfix ${id}`
            : `it owes: ${open.join(', ')}`,
      },
    ],
  }
}

export interface CloseRequest extends HotfixRequest {
  /** Why it is given up; undefined to close what is repaid. */
  readonly withdraw: string | undefined
}

/** Closes a hotfix: when nothing is owed, or when it is withdrawn before anything of it is out. */
export async function closeHotfix(
  workspace: Workspace,
  request: CloseRequest,
): Promise<{ readonly hotfix: HotfixOnRecord; readonly findings: readonly Finding[] }> {
  const { ledger, hotfix } = await openHotfix(workspace, request)
  const { actors, withdraw } = request
  if (hotfix.closed !== null) return { hotfix, findings: [] }
  const findings = refuseClose(hotfix, withdraw)
  if (findings.length > 0) return { hotfix, findings }
  const data = {
    of: hotfix.id,
    result: withdraw === undefined ? 'repaid' : 'withdrawn',
    reason: withdraw ?? '',
  }
  await ledger.append([{ kind: 'hotfix.closed', actors, data }])
  return { hotfix: chosenHotfix(ledger.known().hotfixes, hotfix.id), findings: [] }
}

function refuseClose(
  { id, debts, everywhere, reached }: HotfixOnRecord,
  withdraw: string | undefined,
): readonly Finding[] {
  const refuse = (message: string, remedy: string): Finding[] => [
    { code: 'hotfix/debt-open', subject: `hotfix ${id}`, message, remedy },
  ]
  if (withdraw !== undefined)
    return reached === null
      ? []
      : refuse(
          'is out: what is out cannot be withdrawn',
          'roll back, or repay: `bulkhead hotfix status`',
        )
  if (everywhere === null)
    return refuse(
      'is not everywhere',
      'ship it: `bulkhead hotfix ship`; or give it up: `--withdraw REASON`',
    )
  const open = debts.filter(({ repaid }) => repaid === null).map(({ name }) => name)
  return open.length === 0
    ? []
    : refuse(`owes ${open.join(', ')}`, '`bulkhead hotfix status` says how each is repaid')
}
