import {
  type TestId,
  diffInventory,
  idKey,
  idLabel,
  likenessOf,
  uniteTests,
} from '@bulkhead/test-reports'
import { type Finding, counted } from '@bulkhead/vocabulary'
import { isFileApproved } from './amendment.ts'
import { neededLegs } from './part-judgement.ts'
import type { JudgedSuite, SuiteUnderJudgement } from './judged-suite.ts'

type Suite = Pick<SuiteUnderJudgement, 'name' | 'policy' | 'evidence'>

/**
 * The ids that the suite must run: the union of both inventories, so that a head can only add. An id
 * goes only when its removal was approved and the head no longer lists it.
 */
export function requiredTests(suite: Suite): readonly TestId[] {
  const { trusted, head } = suite.evidence.inventory
  const gone = new Set(approvedRemovals(suite).map(idKey))
  const kept = trusted?.tests.filter((id) => !gone.has(idKey(id))) ?? []
  return uniteTests(inEveryLeg(suite, kept), inEveryLeg(suite, head?.tests ?? []))
}

/** An id without a leg is required of every leg. */
function inEveryLeg(suite: Suite, tests: readonly TestId[]): readonly TestId[] {
  const legs = neededLegs(suite)
  if (legs.every((leg) => leg === '')) return tests
  return tests.flatMap((id) => (id.leg === undefined ? legs.map((leg) => ({ ...id, leg })) : [id]))
}

/** Ids that the trusted ref lists and the head does not, as each inventory spells them. */
function removedTests(suite: Suite): readonly TestId[] {
  const { trusted, head } = suite.evidence.inventory
  const listed = inEveryLeg(suite, head?.tests ?? [])
  const keys = new Set([...(head?.tests ?? []), ...listed].map(idKey))
  return (trusted?.tests ?? []).filter(
    (id) => !keys.has(idKey(id)) && !inEveryLeg(suite, [id]).every((one) => keys.has(idKey(one))),
  )
}

/** Whoever approves the bytes of the new inventory has seen every id that it drops. */
function approvedRemovals(suite: Suite): readonly TestId[] {
  const path = suite.policy.inventory
  return path !== undefined && isFileApproved(suite, path)
    ? removedTests(suite)
    : suite.evidence.approvedRemovals
}

/** Every reason to block that the lists of tests give, beside what ran. Mandatory suites only. */
export function judgeInventory(suite: JudgedSuite): readonly Finding[] {
  if (!suite.policy.mandatory) return []
  // Without a run every test is missing; that nobody vouches for a run blocks already, and says it once.
  const ran = suite.evidence.runs.length === 0 ? [] : ranItsInventory(suite)
  return [...ran, ...hasNotShrunk(suite)]
}

const updateCommand = ({ name }: Suite): string => `bulkhead inventory update --suite ${name}`

function ranItsInventory(suite: JudgedSuite): readonly Finding[] {
  const required = requiredTests(suite)
  if (required.length === 0) return [missingInventory(suite)]
  const { missing, unlisted } = diffInventory(
    required,
    suite.cases.map((test) => test.id),
  )
  const hintAt = likenessOf(unlisted)
  return [
    ...missing.map((id): Finding => ({
      code: 'gate/missing-test',
      subject: `${suite.name}: ${idLabel(id)}`,
      message: `the inventory requires this test, and it did not run${hintAt(id)}`,
      remedy: 'bring the test back; removing one needs an approved amendment',
    })),
    ...unlisted.map((id): Finding => ({
      code: 'gate/unlisted-test',
      subject: `${suite.name}: ${idLabel(id)}`,
      message: 'this test ran, and the inventory does not list it',
      remedy: `run \`${updateCommand(suite)}\` and commit the file`,
    })),
  ]
}

const missingInventory = (suite: JudgedSuite): Finding => ({
  code: 'gate/missing-inventory',
  subject: suite.policy.inventory ?? suite.name,
  message: `the mandatory suite ${suite.name} has no inventory, neither on the trusted ref nor here`,
  remedy: `run \`${updateCommand(suite)}\` and commit the file`,
})

/** How many removed ids one finding spells out. */
const SHOWN = 20

/**
 * A shrunk inventory releases nothing today, for the trusted ref's list still holds; it would be the
 * trusted ref's tomorrow, and then the test could go (law 2, over two releases).
 */
function hasNotShrunk(suite: JudgedSuite): readonly Finding[] {
  const approved = new Set(approvedRemovals(suite).map(idKey))
  const removed = removedTests(suite).filter((id) => !approved.has(idKey(id)))
  if (removed.length === 0) return []
  const more = removed.length > SHOWN ? `, and ${removed.length - SHOWN} more` : ''
  const path = suite.policy.inventory ?? suite.name
  return [
    {
      code: 'gate/inventory-shrunk',
      subject: `${suite.name}: ${path}`,
      message: `no longer lists ${counted(removed.length, 'test')}: ${removed.slice(0, SHOWN).map(idLabel).join(', ')}${more}`,
      remedy: `list them again, or have somebody else approve: \`bulkhead approve amendment --suite ${suite.name} --path ${path}\``,
    },
  ]
}
