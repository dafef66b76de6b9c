import { randomBytes } from 'node:crypto'
import {
  acknowledgeHotfix,
  careAfter,
  closeHotfix,
  declareHotfix,
  openHotfix,
  recordForgeApprovals,
  repayDebt,
} from '@bulkhead/release'
import { type Finding, counted } from '@bulkhead/vocabulary'
import type { Done } from './answer.ts'
import { required, requiredGithub } from './input-rules.ts'
import { type Stage, agreementOf, requestOf, statusOf } from './stage.ts'

/** Opens the record; people are paged; the words stay in this checkout until they may be told. */
export async function declare(stage: Stage): Promise<Done> {
  const { workspace, context } = stage
  const { inputs } = context
  const declared = await declareHotfix(workspace, {
    ...(await requestOf(stage)),
    commit: await workspace.repository.resolveCommit(inputs.commit ?? ''),
    severity: inputs.severity ?? 'critical',
    facts: {
      salt: randomBytes(32).toString('hex'),
      advisory: required(inputs, 'advisory'),
      reason: required(inputs, 'reason'),
    },
    embargo: !inputs.public,
  })
  if (declared.kind === 'refused')
    return blocked('refused', 'REFUSED: this may not take the hotfix lane', declared.findings)
  const { id } = declared.hotfix
  return {
    ...passed('declared', `DECLARED: hotfix ${id}; its clock runs`, id),
    beside: declared.undelivered,
  }
}

export async function acknowledge(stage: Stage): Promise<Done> {
  const { id } = await acknowledgeHotfix(stage.workspace, await requestOf(stage))
  return passed('acknowledged', `ACKNOWLEDGED: somebody has hotfix ${id}`, id)
}

/** Puts on record who agreed on GitHub, and says whether that is enough. */
export async function approve(stage: Stage): Promise<Done> {
  const { workspace, context, github } = stage
  const { forge, run } = requiredGithub(github, context.inputs.command)
  const request = await requestOf(stage)
  const { hotfix } = await openHotfix(workspace, request)
  const agreement = await agreementOf(stage, hotfix.id)
  if (agreement === undefined)
    return blocked('waiting', `WAITING: there is nothing to agree to in hotfix ${hotfix.id}`, [
      nothingToAgree(hotfix.id),
    ])
  const { refused } = await recordForgeApprovals(workspace, {
    ...request,
    hotfix: hotfix.id,
    forge,
    plan: agreement.plan,
    runs: run === undefined ? [] : [run],
  })
  const judged = (await statusOf(stage, hotfix.id))?.approvals
  if (judged !== undefined && judged.findings.length === 0)
    return passed(
      'approved',
      `APPROVED: ${counted(judged.by.length, 'person agrees', 'people agree')} to hotfix ${hotfix.id}`,
      hotfix.id,
    )
  const findings = judged?.findings ?? [tooFew(hotfix.id, agreement.line)]
  const done = blocked(
    'waiting',
    `WAITING: too few agree to hotfix ${hotfix.id}, ${judged?.by.length ?? 0} so far`,
    [...findings, ...refused],
  )
  return { ...done, hotfix: hotfix.id }
}

/** Changes nothing. */
export async function status(stage: Stage): Promise<Done> {
  const found = await statusOf(stage, undefined)
  if (found === undefined) return passed('none', 'NONE: no hotfix is open', undefined)
  const { hotfix, clock } = found
  const state = hotfix.closed === null ? 'open' : 'closed'
  return passed(
    state,
    `${state.toUpperCase()}: hotfix ${hotfix.id} ${clock.waitsFor === undefined ? 'is everywhere' : `waits to be ${clock.waitsFor}`}`,
    hotfix.id,
  )
}

export async function repay(stage: Stage): Promise<Done> {
  const { workspace, context } = stage
  const { debt = '', evidence, detect, prevent, into } = context.inputs
  const repaid = await repayDebt(workspace, {
    ...(await requestOf(stage)),
    debt,
    evidence,
    items: [
      ...detect.map((text) => ({ kind: 'detect' as const, text })),
      ...prevent.map((text) => ({ kind: 'prevent' as const, text })),
    ],
    into: `refs/remotes/origin/${into}`,
  })
  return repaid.kind === 'owed'
    ? blocked('owed', 'OWED: it is not repaid', repaid.findings)
    : passed('repaid', 'REPAID: it is on record', repaid.hotfix.id)
}

/** What can be looked at is repaid first: a tag that is pushed, a branch that has the fix. */
export async function close(stage: Stage): Promise<Done> {
  const { workspace, context, github } = stage
  const { withdraw, into } = context.inputs
  const request = await requestOf(stage)
  const { hotfix } = await openHotfix(workspace, request)
  const about = { ...request, hotfix: hotfix.id }
  const cared =
    github === undefined || hotfix.closed !== null
      ? undefined
      : await careAfter(workspace, { ...about, github, into })
  const { findings } = await closeHotfix(workspace, { ...about, withdraw })
  const done =
    findings.length === 0
      ? passed('closed', `CLOSED: hotfix ${hotfix.id} owes nothing`, hotfix.id)
      : blocked('owed', `OWED: hotfix ${hotfix.id} stays open`, findings)
  return { ...done, hotfix: hotfix.id, beside: cared?.owed ?? [], cared: cared?.done ?? [] }
}

const passed = (result: string, headline: string, hotfix: number | undefined): Done => ({
  outcome: 'passed',
  result,
  headline,
  findings: [],
  hotfix,
})

const blocked = (result: string, headline: string, findings: readonly Finding[]): Done => ({
  outcome: 'blocked',
  result,
  headline,
  findings,
})

const nothingToAgree = (id: number): Finding => ({
  code: 'hotfix/too-few-approvals',
  subject: `hotfix ${id}`,
  message:
    'no PASS about it is on record, it is out already, or the fleet does not say what it has',
  remedy: 'see what is next: `command: status`',
})

const tooFew = (id: number, line: string): Finding => ({
  code: 'hotfix/too-few-approvals',
  subject: `hotfix ${id}`,
  message: 'nobody agrees whose word counts',
  remedy: `have people approve with this line: ${line}`,
})
