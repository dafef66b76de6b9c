import { type HotfixSubject, agreementLine } from '@bulkhead/approvals'
import type { Principal } from '@bulkhead/signatures'
import { commitId, digest } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { type ForgeWord, judgeApprovals, readForgeWord } from '../src/index.ts'

const GENESIS = commitId('0'.repeat(39) + '1')
const PLAN = digest(`sha256:${'9'.repeat(64)}`)
const subject: HotfixSubject = {
  environment: 'production',
  hotfix: 42,
  commit: commitId('c'.repeat(40)),
  artifacts: [digest(`sha256:${'a'.repeat(64)}`)],
  plan: PLAN,
}
const person = (name: string, ...ids: readonly number[]): Principal => ({
  name,
  role: 'person',
  committers: [
    `${name}@example.test`,
    ...ids.map((id) => `${id}+${name}@users.noreply.github.com`),
  ],
})
const [bob, eve, tim] = [person('bob', 2, 22), person('eve', 3), person('tim', 4)]
const named: Principal = { ...person('old'), committers: ['mia@users.noreply.github.com'] }
const question = {
  subject,
  line: agreementLine(GENESIS, subject),
  principals: [bob, eve, tim, named],
  approvers: [bob, eve, named],
}
const word = (id: number, more: Partial<ForgeWord> = {}): ForgeWord => ({
  source: 'review',
  reference: `octo/app#12 review ${id}0`,
  account: { id, login: 'x', isUser: true, mayWrite: true },
  body: `Read it, tried it.\r\n  ${question.line}\r\n`,
  at: 1_000,
  void: undefined,
  ...more,
})
const codeOf = (one: ForgeWord, asked = question) => {
  const read = readForgeWord(one, asked)
  return read.kind === 'refused' ? read.finding.code : read.given.approver.name
}

describe('a word on the forge', () => {
  it('is the approval of the person behind the account', () => {
    expect(codeOf(word(2))).toBe('bob')
    expect(codeOf(word(22))).toBe('bob')
  })

  it.each([
    [
      'of a bot',
      word(2, { account: { ...word(2).account, isUser: false } }),
      'hotfix/not-a-person',
    ],
    ['of an account that nobody knows', word(5), 'hotfix/approval-refused'],
    [
      'of an account without the right to write',
      word(2, { account: { ...word(2).account, mayWrite: false } }),
      'hotfix/approval-refused',
    ],
    ['of somebody who may not approve', word(4), 'hotfix/approval-refused'],
    ['that was taken back', word(2, { void: 'it was dismissed' }), 'hotfix/approval-void'],
    ['that does not say to what', word(2, { body: 'LGTM' }), 'hotfix/approval-void'],
    ['that quotes the line', word(2, { body: `> ${question.line}` }), 'hotfix/approval-void'],
    ['that was never submitted', word(2, { at: Number.NaN }), 'hotfix/approval-void'],
  ])('%s is none', (_, one, code) => {
    expect(codeOf(one)).toBe(code)
  })

  it('a name alone is nobody: names of accounts are given away again', () => {
    const mia = word(7, { account: { id: 7, login: 'mia', isUser: true, mayWrite: true } })
    expect(codeOf(mia)).toBe('hotfix/approval-refused')
  })

  it.each([
    ['hotfix', { hotfix: 41 }],
    ['environment', { environment: 'staging' }],
    ['commit', { commit: commitId('d'.repeat(40)) }],
    ['artifact', { artifacts: [digest(`sha256:${'b'.repeat(64)}`)] }],
    ['plan', { plan: digest(`sha256:${'8'.repeat(64)}`) }],
  ])('the line of another %s is none for this one', (_, other) => {
    const line = agreementLine(GENESIS, { ...subject, ...other })
    expect(codeOf(word(2, { body: line }))).toBe('hotfix/approval-void')
  })

  it('of two accounts of one person counts once, and that of who pushed not at all', () => {
    const given = [word(2), word(22), word(3)].flatMap((one) => {
      const read = readForgeWord(one, question)
      return read.kind === 'given' ? [{ ...read.given, recorded: 1_000 }] : []
    })
    const judge = (involved: readonly string[]) =>
      judgeApprovals({
        subject,
        given,
        involved,
        trigger: tim,
        policy: { approvals: 2, approvalExpires: 1_800_000 as never },
        now: 2_000,
      })
    expect(judge([])).toMatchObject({ findings: [], notCounted: [{ code: 'hotfix/same-person' }] })
    expect(judge(['github:3']).findings).toMatchObject([{ code: 'hotfix/too-few-approvals' }])
    expect(judge(['github:3']).notCounted.map(({ code }) => code)).toContain('hotfix/self-approval')
  })
})
