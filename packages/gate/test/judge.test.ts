import { makeInventory } from '@bulkhead/test-reports'
import { commitId, treeId } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { type GateInput, judge } from '../src/index.ts'
import {
  BASE,
  COMMIT,
  REPORTS,
  SUITE,
  TREE,
  digestOf,
  gateInput,
  passed,
  report,
  suiteEvidence,
  testId,
  withRecord,
  withSuite,
  withSuitePolicy,
} from './gate-input.ts'

const codes = (input: GateInput) => judge(input).findings.map((finding) => finding.code)
const OTHER = commitId('0'.repeat(40))

describe('a release with all its evidence', () => {
  it('passes, bound to everything that it rests on', () => {
    const verdict = judge(gateInput())
    expect(verdict.outcome).toBe('PASS')
    expect(verdict.bindings).toEqual({
      commit: COMMIT,
      tree: TREE,
      base: BASE,
      artifacts: [{ name: 'dist/app.mjs', digest: digestOf('f') }],
      policyDigest: digestOf('e'),
      environment: 'production',
      issuedAt: '2026-01-01T00:00:00.000Z',
      expiresAt: '2026-01-01T01:00:00.000Z',
    })
    expect(verdict.counts).toEqual({ commits: 1, tests: 2, passed: 2 })
  })

  it('passes with an empty range: there was nothing to sign', () => {
    const range = {
      base: BASE,
      head: COMMIT,
      counts: { commits: 0, passed: 0, blocked: 0 },
      commits: [],
      findings: [],
    }
    expect(codes(gateInput({ range }))).toEqual([])
  })
})

/** Each blocks for one reason; the twin is the passing release above, from which it differs in one thing. */
const BLOCKING: readonly (readonly [string, GateInput, string])[] = [
  ['no run record', withSuite(suiteEvidence({ runs: [] })), 'gate/missing-run'],
  ['no evidence at all of a suite', gateInput({ suites: {} }), 'gate/missing-run'],
  ['a run of another commit', withSuite(withRecord({ commit: OTHER })), 'gate/wrong-commit'],
  ['a run of another suite', withSuite(withRecord({ suite: 'security' })), 'gate/wrong-commit'],
  ['another command', withSuite(withRecord({ command: ['true'] })), 'gate/command-mismatch'],
  [
    'words of the command joined differently',
    withSuite(withRecord({ command: ['npm run', 'test:isolation'] })),
    'gate/command-mismatch',
  ],
  [
    'exit code 1 under all-green reports',
    withSuite(withRecord({ end: { kind: 'exited', code: 1 } })),
    'gate/exit-code',
  ],
  [
    'ended by a signal',
    withSuite(withRecord({ end: { kind: 'signalled', signal: 'SIGKILL' } })),
    'gate/exit-code',
  ],
  ['timed out', withSuite(withRecord({ end: { kind: 'timed-out' } })), 'gate/exit-code'],
  [
    'never started',
    withSuite(withRecord({ end: { kind: 'not-started', reason: 'ENOENT' } })),
    'gate/exit-code',
  ],
  ['a report that the record names is gone', withSuite(withRecord({}, [])), 'gate/missing-report'],
  ['a run without any report', withSuite(withRecord({ reports: [] }, [])), 'gate/missing-report'],
  [
    'a report that nobody vouches for',
    withSuite(withRecord({}, [...REPORTS, report([passed('extra')], '2')])),
    'gate/changed-report',
  ],
  [
    'the same report twice',
    withSuite(withRecord({}, [...REPORTS, ...REPORTS])),
    'gate/duplicate-report',
  ],
  ['a failed test', withCases('failed'), 'gate/failed-test'],
  ['an errored test', withCases('errored'), 'gate/failed-test'],
  ['a skipped test', withCases('skipped'), 'gate/skipped-test'],
  ['a retried test', withCases('flaky'), 'gate/flaky-test'],
  [
    'a report that is itself unsound',
    withSuite(
      suiteEvidence({
        reports: [
          {
            ...report([passed('owner may read'), passed('stranger may not read')]),
            findings: [
              { code: 'test/counter-mismatch', subject: 'r.xml', message: 'm', remedy: 'r' },
            ],
          },
        ],
      }),
    ),
    'test/counter-mismatch',
  ],
  [
    'a deleted test',
    withSuite(suiteEvidence({ reports: [report([passed('owner may read')])] })),
    'gate/missing-test',
  ],
  [
    'a test deleted from the inventory as well',
    withSuite({
      ...suiteEvidence({ reports: [report([passed('owner may read')])] }),
      inventory: {
        trusted: suiteEvidence().inventory.trusted,
        head: makeInventory('tenant-isolation', [testId('owner may read')]),
      },
    }),
    'gate/missing-test',
  ],
  [
    'a test that no inventory lists',
    withSuite(
      suiteEvidence({
        reports: [
          report([passed('owner may read'), passed('stranger may not read'), passed('new')]),
        ],
      }),
    ),
    'gate/unlisted-test',
  ],
  [
    'two results of one test',
    withSuite(
      suiteEvidence({
        reports: [
          report([
            passed('owner may read'),
            passed('stranger may not read'),
            passed('owner may read'),
          ]),
        ],
      }),
    ),
    'gate/flaky-test',
  ],
  [
    'no inventory anywhere',
    withSuite(suiteEvidence({ inventory: { trusted: undefined, head: undefined } })),
    'gate/missing-inventory',
  ],
  ['no tests', withSuite(suiteEvidence({ reports: [report([])] })), 'gate/no-tests'],
  [
    'no build record',
    gateInput({ build: { record: undefined, artifacts: [], findings: [] } }),
    'gate/unbound-artifact',
  ],
  ['a build record of another commit', withBuild({ commit: OTHER }), 'gate/unbound-artifact'],
  [
    'a build record of another tree',
    withBuild({ tree: treeId('0'.repeat(40)) }),
    'gate/unbound-artifact',
  ],
  ['a build record without the artifact', withBuild({ artifacts: [] }), 'gate/unbound-artifact'],
  [
    'an artifact with other bytes',
    gateInput({
      build: { ...gateInput().build, artifacts: [{ name: 'dist/app.mjs', digest: digestOf('0') }] },
    }),
    'gate/changed-artifact',
  ],
  [
    'an artifact that is gone',
    gateInput({ build: { ...gateInput().build, artifacts: [] } }),
    'gate/changed-artifact',
  ],
  [
    'a policy of its own that could judge nothing after it',
    gateInput({
      nextPolicy: [{ code: 'gate/unusable-policy', subject: 's', message: 'm', remedy: 'r' }],
    }),
    'gate/unusable-policy',
  ],
  ['signatures of another head', withRange({ head: OTHER }), 'gate/not-judged'],
  ['signatures since another base', withRange({ base: OTHER }), 'gate/not-judged'],
  [
    'a blocked commit without its reason',
    withRange({ counts: { commits: 1, passed: 0, blocked: 1 } }),
    'gate/not-judged',
  ],
  [
    'a commit that was counted and not judged',
    withRange({ counts: { commits: 2, passed: 2, blocked: 0 } }),
    'gate/not-judged',
  ],
  [
    'an unsigned commit',
    withRange({
      counts: { commits: 1, passed: 0, blocked: 1 },
      commits: gateInput().range.commits.map((commit) => ({
        ...commit,
        verdict: 'blocked' as const,
        findings: [
          { code: 'signature/unsigned' as const, subject: COMMIT, message: 'm', remedy: 'r' },
        ],
      })),
    }),
    'signature/unsigned',
  ],
]

function withCases(status: 'failed' | 'errored' | 'skipped' | 'flaky'): GateInput {
  const cases = [passed('owner may read'), { ...passed('stranger may not read'), status }]
  return withSuite(suiteEvidence({ reports: [report(cases)] }))
}

function withBuild(change: Partial<NonNullable<GateInput['build']['record']>>): GateInput {
  const { build } = gateInput()
  return build.record === undefined
    ? gateInput()
    : gateInput({ build: { ...build, record: { ...build.record, ...change } } })
}

function withRange(change: Partial<GateInput['range']>): GateInput {
  return gateInput({ range: { ...gateInput().range, ...change } })
}

describe('one thing wrong blocks, with its own reason', () => {
  it.each(BLOCKING)('%s', (_, input, code) => {
    const verdict = judge(input)
    expect(verdict.outcome).toBe('BLOCK')
    expect(verdict.findings.map((finding) => finding.code)).toContain(code)
    for (const finding of verdict.findings)
      expect(
        [finding.subject, finding.message, finding.remedy].every((text) => text.length > 0),
      ).toBe(true)
  })
})

describe('one cause, one finding', () => {
  it('says that there was no run, and not also that each of its tests is missing', () => {
    expect(codes(gateInput({ suites: {} }))).toEqual(['gate/missing-run'])
  })
})

describe('twins that differ as little as possible and pass', () => {
  it('lets an optional suite skip a test, which a mandatory one may not', () => {
    const evidence = suiteEvidence({
      reports: [
        report([
          passed('owner may read'),
          { ...passed('stranger may not read'), status: 'skipped' },
        ]),
      ],
    })
    expect(codes(withSuitePolicy({ mandatory: true }, evidence))).toEqual(['gate/skipped-test'])
    expect(codes(withSuitePolicy({ mandatory: false }, evidence))).toEqual([])
  })

  it('takes an inventory that only the head has: additions are free', () => {
    expect(
      codes(
        withSuite(
          suiteEvidence({
            inventory: { trusted: undefined, head: suiteEvidence().inventory.head },
          }),
        ),
      ),
    ).toEqual([])
  })

  it('names the exact command when another one was run', () => {
    const finding = judge(withSuite(withRecord({ command: ['true'] }))).findings[0]
    expect(finding?.remedy).toContain(`-- ${SUITE.command.join(' ')}`)
  })
})
