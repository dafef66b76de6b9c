import type { HotfixSubject } from '@bulkhead/approvals'
import type { Principal } from '@bulkhead/signatures'
import { type Milliseconds, commitId, digest } from '@bulkhead/vocabulary'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ApprovalQuestion,
  type GivenApproval,
  SKEW,
  judgeApprovals,
  principalBehind,
  pseudonymOf,
} from '../src/index.ts'

const NOW = Date.parse('2026-01-31T03:00:00.000Z')
const MINUTE = 60_000

const subject: HotfixSubject = {
  environment: 'production',
  hotfix: 7,
  commit: commitId('a'.repeat(40)),
  artifacts: [digest(`sha256:${'1'.repeat(64)}`), digest(`sha256:${'2'.repeat(64)}`)],
  plan: digest(`sha256:${'9'.repeat(64)}`),
}
const person = (name: string, ...others: string[]): Principal => ({
  name,
  role: 'person',
  committers: [`${name}@example.com`, ...others],
})
const [ada, bob, eve, tim] = [person('ada'), person('bob'), person('eve'), person('tim')]

const by = (approver: Principal, change: Partial<GivenApproval> = {}): GivenApproval => ({
  name: `approval of ${approver.name}`,
  subject,
  approver,
  created: NOW - MINUTE,
  expires: NOW + 29 * MINUTE,
  recorded: NOW - MINUTE,
  ...change,
})
const of = (change: Partial<HotfixSubject>): Partial<GivenApproval> => ({
  subject: { ...subject, ...change },
})
const ask = (given: readonly GivenApproval[], change: Partial<ApprovalQuestion> = {}) =>
  judgeApprovals({
    subject,
    given,
    involved: ['mallory@example.com'],
    trigger: tim,
    policy: { approvals: 2, approvalExpires: (30 * MINUTE) as Milliseconds },
    now: NOW,
    ...change,
  })
const codes = (findings: readonly { readonly code: string }[]) => findings.map(({ code }) => code)

describe('two people agree to a hotfix', () => {
  it('and it may ship until the first of them no longer does', () => {
    const judged = ask([by(ada), by(bob, { expires: NOW + 5 * MINUTE })])
    expect(judged.findings).toEqual([])
    expect(judged.by.map(({ name }) => name)).toEqual(['ada', 'bob'])
    expect(judged.until).toBe(NOW + 5 * MINUTE)
    expect(judged.notCounted).toEqual([])
  })

  it('whatever order the artifacts are named in', () => {
    const turned = of({ artifacts: subject.artifacts.toReversed() })
    expect(ask([by(ada, turned), by(bob)]).findings).toEqual([])
  })
})

describe('an approval that does not count beside a good one', () => {
  it.each<readonly [string, string, GivenApproval]>([
    [
      'approval, then push',
      'hotfix/approval-void',
      by(bob, of({ commit: commitId('b'.repeat(40)) })),
    ],
    [
      'other bytes of the same commit',
      'hotfix/approval-void',
      by(bob, of({ artifacts: subject.artifacts.slice(1) })),
    ],
    [
      'another plan',
      'hotfix/approval-void',
      by(bob, of({ plan: digest(`sha256:${'8'.repeat(64)}`) })),
    ],
    [
      'an approval of an earlier hotfix, replayed',
      'hotfix/approval-void',
      by(bob, of({ hotfix: 6 })),
    ],
    ['another environment', 'hotfix/approval-void', by(bob, of({ environment: 'staging' }))],
    ['an expired approval', 'hotfix/approval-expired', by(bob, { expires: NOW })],
    [
      'one that gives itself a year',
      'hotfix/approval-expired',
      by(bob, { created: NOW - 30 * MINUTE, recorded: undefined, expires: NOW + 1e10 }),
    ],
    [
      'one from a clock that is a day ahead, on record for half an hour',
      'hotfix/approval-expired',
      by(bob, { created: NOW + MINUTE, recorded: NOW - 30 * MINUTE, expires: NOW + 1e8 }),
    ],
    [
      'one from a clock further ahead than clocks are (hotfix fault 17)',
      'hotfix/approval-expired',
      by(bob, { created: NOW + SKEW + 1, recorded: undefined, expires: NOW + 1e8 }),
    ],
    ['self-approval (hotfix fault 7)', 'hotfix/self-approval', by(person('mallory'))],
    [
      'self-approval from a second account that the policy knows',
      'hotfix/self-approval',
      by(person('second', 'Mallory@example.com')),
    ],
    ['a bot (hotfix fault 8)', 'hotfix/not-a-person', by({ ...bob, role: 'bot' })],
    ['the forge', 'hotfix/not-a-person', by({ ...bob, role: 'forge' })],
    ['who declared it', 'hotfix/approved-by-trigger', by(tim)],
    [
      'the same human twice (hotfix fault 9)',
      'hotfix/same-person',
      by(ada, { name: 'another of ada' }),
    ],
    [
      'the same human from a second account',
      'hotfix/same-person',
      by(person('ada-2', 'ada@example.com'), { recorded: NOW }),
    ],
  ])('%s', (_name, code, given) => {
    const judged = ask([by(ada), given])
    expect(codes(judged.notCounted)).toEqual([code])
    expect(codes(judged.findings)).toEqual(['hotfix/too-few-approvals'])
    expect(judged.until).toBeUndefined()
    // The twin: with one more good approval it may ship, whatever lies beside it.
    expect(ask([by(ada), given, by(eve)]).findings).toEqual([])
  })
})

it('two who share an account with a third are one (failure 57)', () => {
  const third = person('third', 'ada@example.com', 'bob@example.com')
  const judged = ask([by(ada), by(bob), by(third, { recorded: NOW })])
  expect(judged.by).toHaveLength(1)
  expect(codes(judged.findings)).toEqual(['hotfix/too-few-approvals'])
})

it('nobody knows who declared it: nobody can be told apart from them', () => {
  expect(codes(ask([by(ada), by(bob)], { trigger: undefined }).findings)).toEqual([
    'hotfix/unknown-trigger',
  ])
})

it('who acts is found behind the pseudonym on record, by any of their addresses', () => {
  const hub = person('hub', '42+hub@users.noreply.github.com')
  const known = [ada, bob, hub]
  expect(principalBehind(`git:${pseudonymOf('bob@example.com')}`, known)).toBe(bob)
  expect(principalBehind('github:42', known)).toBe(hub)
  expect(principalBehind('github:43', known)).toBeUndefined()
  expect(principalBehind(`git:${pseudonymOf('nobody@example.com')}`, known)).toBeUndefined()
})

describe('laws', () => {
  const people = ['ada', 'bob', 'eve', 'tim', 'mallory', 'zoe']
  const given = fc
    .record({
      name: fc.uuid(),
      who: fc.constantFrom(...people),
      alias: fc.option(fc.constantFrom(...people), { nil: undefined, freq: 4 }),
      role: fc.constantFrom('person' as const, 'person' as const, 'bot' as const),
      sound: fc.boolean(),
      created: fc.integer({ min: NOW - 40 * MINUTE, max: NOW + 3 * MINUTE }),
      lasts: fc.integer({ min: 1, max: 60 * MINUTE }),
      delay: fc.option(fc.integer({ min: 0, max: 10 * MINUTE }), { nil: undefined }),
    })
    .map(({ name, who, alias, role, sound, created, lasts, delay }): GivenApproval => ({
      name,
      subject: sound ? subject : { ...subject, hotfix: 6 },
      approver: { ...person(who, ...(alias === undefined ? [] : [`${alias}@example.com`])), role },
      created,
      expires: created + lasts,
      recorded: delay === undefined ? undefined : created + delay,
    }))
  const list = fc.array(given, { maxLength: 8 })

  it('never fewer than two people, none of whom made or declared it', () => {
    fc.assert(
      fc.property(list, (approvals) => {
        const judged = ask(approvals)
        const names = judged.by.map(({ name }) => name)
        expect(new Set(names).size).toBe(names.length)
        expect(names).not.toContain('tim')
        expect(names).not.toContain('mallory')
        if (judged.findings.length > 0) return
        expect(names.length).toBeGreaterThanOrEqual(2)
        expect(judged.until).toBeGreaterThan(NOW)
      }),
      { numRuns: 500 },
    )
  })

  it('the order in which approvals lie there decides nothing', () => {
    fc.assert(
      fc.property(list, (approvals) => {
        const order = (one: GivenApproval, other: GivenApproval) => (one.name < other.name ? 1 : -1)
        expect(codes(ask(approvals.toSorted(order)).findings)).toEqual(
          codes(ask(approvals).findings),
        )
      }),
    )
  })

  it('what does not count by itself changes nothing beside others', () => {
    fc.assert(
      fc.property(list, given, (approvals, more) => {
        fc.pre(ask([more]).by.length === 0)
        expect(ask([...approvals, more]).by).toEqual(ask(approvals).by)
      }),
    )
  })

  it('time alone never makes enough of too few that were given', () => {
    fc.assert(
      fc.property(list, fc.integer({ min: 0, max: 90 * MINUTE }), (approvals, later) => {
        const known = approvals.filter(({ created }) => created <= NOW)
        const before = ask(known).by.length
        expect(ask(known, { now: NOW + later }).by.length).toBeLessThanOrEqual(before)
      }),
    )
  })
})
