import { type Loosening, looseningDigest } from '@bulkhead/policy'
import { type TestCase, makeInventory } from '@bulkhead/test-reports'
import { commitId } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { type GateInput, type RunEvidence, type SuiteEvidence, judge } from '../src/index.ts'
import {
  SUITE,
  digestOf,
  gateInput,
  passed,
  report,
  runEvidence,
  suiteEvidence,
  testId,
  withRecord,
  withSuite,
  withSuitePolicy,
} from './gate-input.ts'

/** One line of the list of known ways to fool a gate, as far as run record, inventory and policy answer it. */
interface Bypass {
  readonly line: string
  readonly shows: string
  readonly blocks: GateInput
  /** The same with the smallest change that makes it honest. */
  readonly passes: GateInput
  readonly because: string
}

const OWNER = passed('owner may read')
const STRANGER = passed('stranger may not read')
const failed = (test: TestCase): TestCase => ({ ...test, status: 'failed' })
const named = (name: string): TestCase => passed(name)

const ran = (...cases: readonly TestCase[]): GateInput =>
  withSuite(suiteEvidence({ reports: [report(cases)] }))
const listing = (names: readonly string[], cases: readonly TestCase[]): GateInput => {
  const list = makeInventory('tenant-isolation', names.map(testId))
  return withSuite(
    suiteEvidence({ reports: [report(cases)], inventory: { trusted: list, head: list } }),
  )
}
const HONEST = ran(OWNER, STRANGER)

const forty = Array.from({ length: 40 }, (_, index) => `test ${index}`)
const many = Array.from({ length: 5_000 }, (_, index) => `test ${index}`)

/** A listed test file that is edited; its names stay. */
const FILE = 'isolation.test.ts'
const edited = (approver: readonly string[]): GateInput => {
  const list = (digit: string) =>
    makeInventory(
      'tenant-isolation',
      [OWNER.id, STRANGER.id],
      [{ path: FILE, digest: digestOf(digit) }],
    )
  const change = { oldDigest: digestOf('1'), newDigest: digestOf('2') }
  return withSuite(
    suiteEvidence({
      inventory: { trusted: list('1'), head: list('2') },
      files: [
        { path: FILE, trusted: digestOf('1'), head: digestOf('2'), editors: ['ada@x.test'] },
        { path: SUITE.inventory ?? '', trusted: digestOf('3'), head: digestOf('4'), editors: [] },
      ],
      amendments: [{ suite: 'tenant-isolation', path: FILE, ...change, approver }],
    }),
  )
}

const shard = (index: number, change: Parameters<typeof runEvidence>[1] = {}): RunEvidence =>
  runEvidence([report([index === 1 ? OWNER : STRANGER], String(index))], {
    shard: { index, of: 2 },
    nonce: `nonce ${index}`,
    ...change,
  })
const sharded = (...runs: readonly RunEvidence[]): GateInput =>
  withSuitePolicy({ shards: 2 }, suiteEvidence({ runs }))
const BOTH = sharded(shard(1), shard(2))

const withFresh = (cases: readonly TestCase[], listed: boolean): GateInput => {
  const trusted = makeInventory('tenant-isolation', [OWNER.id, STRANGER.id])
  const head = makeInventory('tenant-isolation', [OWNER.id, STRANGER.id, testId('fresh')])
  const inventory = { trusted, head: listed ? head : trusted }
  return withSuite(suiteEvidence({ reports: [report(cases)], inventory }))
}

const LOOSER: Loosening = { place: 'suites.tenant-isolation', was: '1', becomes: 'nothing' }
const loosening = (by: string): GateInput =>
  gateInput({
    policyChange: {
      loosened: [LOOSER],
      editors: ['ada@x.test'],
      approvals: [{ loosened: looseningDigest([LOOSER]), approver: [by] }],
      people: 2,
    },
  })

const command = (...words: readonly [string, ...string[]]): SuiteEvidence =>
  withRecord({ command: words })

const vouched = runEvidence([report([OWNER, STRANGER])])
const forged = report([OWNER, STRANGER, named('fresh')], '9')

const BYPASSES: readonly Bypass[] = [
  {
    line: 'A2',
    shows: 'a run that wrote no report',
    blocks: withSuite(withRecord({ reports: [] }, [])),
    passes: withSuite(withRecord({})),
    because: 'gate/missing-report',
  },
  {
    line: 'A31',
    shows: 'the one failure after thousands of passes',
    blocks: listing(many, [...many.slice(1).map(named), failed(named('test 0'))]),
    passes: listing(many, [...many.slice(1).map(named), named('test 0')]),
    because: 'gate/failed-test',
  },
  {
    line: 'A29',
    shows: 'a crash after 1 of 40 tests',
    blocks: listing(forty, forty.slice(0, 1).map(named)),
    passes: listing(forty, forty.map(named)),
    because: 'gate/missing-test',
  },
  {
    line: 'B36',
    shows: 'an error after the tests, with reports all green',
    blocks: withSuite(withRecord({ end: { kind: 'exited', code: 1 } })),
    passes: withSuite(withRecord({ end: { kind: 'exited', code: 0 } })),
    because: 'gate/exit-code',
  },
  {
    line: 'B43',
    shows: '.only, with the rest left out of the report',
    blocks: ran(OWNER),
    passes: HONEST,
    because: 'gate/missing-test',
  },
  {
    line: 'B43',
    shows: '.only, with the rest marked as skipped',
    blocks: ran(OWNER, { ...STRANGER, status: 'skipped' }),
    passes: HONEST,
    because: 'gate/skipped-test',
  },
  {
    line: 'B44',
    shows: 'a hook that fails before the tests, which vanish',
    blocks: ran(failed(named('"before all" hook'))),
    passes: HONEST,
    because: 'gate/missing-test',
  },
  {
    line: 'B49',
    shows: 'a process that dies with its reports, exit code 0',
    blocks: withSuite(suiteEvidence({ runs: [runEvidence([report([OWNER])])] })),
    passes: withSuite(suiteEvidence({ runs: [runEvidence([report([OWNER, STRANGER])])] })),
    because: 'gate/missing-test',
  },
  {
    line: 'B51',
    shows: 'a module skipped for want of a database',
    blocks: ran({ ...OWNER, status: 'skipped' }, { ...STRANGER, status: 'skipped' }),
    passes: HONEST,
    because: 'gate/skipped-test',
  },
  {
    line: 'B52',
    shows: 'a wrapper that overrides the exit code',
    blocks: withSuite(command('quarantine', '--', ...SUITE.command)),
    passes: withSuite(command(...SUITE.command)),
    because: 'gate/command-mismatch',
  },
  {
    line: 'D84',
    shows: 'a copy of a report in another folder',
    blocks: withSuite(
      suiteEvidence({
        runs: [runEvidence([report([OWNER, STRANGER]), { ...report([]), path: 'copy/1.xml' }])],
      }),
    ),
    passes: withSuite(suiteEvidence({ runs: [vouched] })),
    because: 'gate/duplicate-report',
  },
  {
    line: 'E86',
    shows: 'the body of a test replaced under its name',
    blocks: edited(['ada@x.test']),
    passes: edited(['ben@x.test']),
    because: 'gate/edited-test-file',
  },
  {
    line: 'E87',
    shows: 'as many tests as before, and others',
    blocks: ran(OWNER, named('stranger may read')),
    passes: HONEST,
    because: 'gate/missing-test',
  },
  {
    line: 'E88',
    shows: 'a later pass over an earlier failure of one id',
    blocks: ran(failed(OWNER), OWNER, STRANGER),
    passes: HONEST,
    because: 'gate/flaky-test',
  },
  ...[
    ['a Cyrillic letter', 'ownеr may read'],
    ['a zero-width joiner', 'owner\u200d may read'],
    ['a trailing space', 'owner may read '],
    ['another letter case', 'Owner may read'],
  ].map(([what = '', name = '']) => ({
    line: 'E89',
    shows: `${what} in the name of a required test`,
    blocks: ran(named(name), STRANGER),
    passes: HONEST,
    because: 'gate/missing-test',
  })),
  {
    line: 'E89',
    shows: 'another normal form of one name',
    blocks: listing(['caf\u00e9'], [named('cafe\u0301')]),
    passes: listing(['caf\u00e9'], [named('caf\u00e9')]),
    because: 'gate/missing-test',
  },
  {
    line: 'E91',
    shows: 'a required name that would match others as a pattern',
    blocks: listing(['owner *'], [OWNER]),
    passes: listing(['owner *'], [named('owner *')]),
    because: 'gate/missing-test',
  },
  {
    line: 'E92',
    shows: 'a shard that is missing',
    blocks: sharded(shard(1)),
    passes: BOTH,
    because: 'gate/missing-shard',
  },
  {
    line: 'E93',
    shows: 'shards of different totals',
    blocks: sharded(shard(1), shard(2, { shard: { index: 2, of: 3 } })),
    passes: BOTH,
    because: 'gate/shard-mismatch',
  },
  {
    line: 'E93',
    shows: 'shards of different attempts',
    blocks: sharded(shard(1), shard(2, { run: { id: '1', attempt: 2 } })),
    passes: BOTH,
    because: 'gate/shard-mismatch',
  },
  {
    line: 'E93',
    shows: 'shards of different commits',
    blocks: sharded(shard(1), shard(2, { commit: commitId('d'.repeat(40)) })),
    passes: BOTH,
    because: 'gate/wrong-commit',
  },
  {
    line: 'E94',
    shows: 'a new test that fails and is listed nowhere',
    blocks: withFresh([OWNER, STRANGER, failed(named('fresh'))], false),
    passes: withFresh([OWNER, STRANGER, named('fresh')], true),
    because: 'gate/failed-test',
  },
  {
    line: 'E94',
    shows: 'a new test that passes and is listed nowhere',
    blocks: withFresh([OWNER, STRANGER, named('fresh')], false),
    passes: withFresh([OWNER, STRANGER, named('fresh')], true),
    because: 'gate/unlisted-test',
  },
  {
    line: 'F106',
    shows: 'evidence of another run',
    blocks: { ...HONEST, run: { id: '2', attempt: 1 } },
    passes: { ...HONEST, run: { id: '1', attempt: 1 } },
    because: 'gate/wrong-run',
  },
  {
    line: 'F107',
    shows: 'evidence of an earlier attempt',
    blocks: { ...HONEST, run: { id: '1', attempt: 2 } },
    passes: { ...HONEST, run: { id: '1', attempt: 1 } },
    because: 'gate/wrong-run',
  },
  {
    line: 'F109',
    shows: 'reports of an earlier run under the record of this one',
    blocks: withSuite(
      suiteEvidence({ runs: [{ ...vouched, reports: [report([OWNER, STRANGER], '8')] }] }),
    ),
    passes: withSuite(suiteEvidence({ runs: [vouched] })),
    because: 'gate/changed-report',
  },
  {
    line: 'G119',
    shows: 'a PASS after a BLOCK of the same commit and artifacts',
    blocks: gateInput({
      denials: [{ index: 3, artifacts: [], codes: ['gate/failed-test'], reasons: [] }],
    }),
    passes: gateInput({
      denials: [{ index: 3, artifacts: [], codes: ['gate/missing-run'], reasons: [] }],
    }),
    because: 'gate/denied-before',
  },
  {
    line: 'G123',
    shows: 'evidence that is not there, as after a step that crashed',
    blocks: gateInput({ suites: {} }),
    passes: gateInput(),
    because: 'gate/missing-run',
  },
  {
    line: 'H124',
    shows: 'a commit that makes the policy looser for itself',
    blocks: {
      ...ran(failed(OWNER), STRANGER),
      own: withSuitePolicy({ mandatory: false }, suiteEvidence()).own,
    },
    passes: { ...HONEST, own: withSuitePolicy({ mandatory: false }, suiteEvidence()).own },
    because: 'gate/failed-test',
  },
  {
    line: 'H124',
    shows: 'a commit that makes the policy looser for the next one, alone',
    blocks: loosening('ada@x.test'),
    passes: loosening('ben@x.test'),
    because: 'gate/policy-loosened',
  },
  {
    line: 'H128',
    shows: 'a report beside the one that the record vouches for',
    blocks: withSuite(
      suiteEvidence({ runs: [{ ...vouched, reports: [...vouched.reports, forged] }] }),
    ),
    passes: withSuite(suiteEvidence({ runs: [vouched] })),
    because: 'gate/changed-report',
  },
  {
    line: 'H129',
    shows: 'a shell that forgives every failure',
    blocks: withSuite(command('sh', '-c', `${SUITE.command.join(' ')} || true`)),
    passes: withSuite(command(...SUITE.command)),
    because: 'gate/command-mismatch',
  },
]

const NAMED = BYPASSES.map((bypass) => [bypass.line, bypass.shows, bypass] as const)

describe('known ways to fool a gate', () => {
  it.each(NAMED)('%s %s blocks', (_line, _shows, { blocks, because }) => {
    const verdict = judge(blocks)
    expect(verdict.outcome).toBe('BLOCK')
    expect(verdict.findings.map(({ code }) => code)).toContain(because)
  })

  it.each(NAMED)('%s passing twin of %s', (_line, _shows, { passes }) => {
    expect(judge(passes).findings).toEqual([])
  })
})
