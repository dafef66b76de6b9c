import type { GateInput, RunEvidence, SuiteEvidence } from '../src/index.ts'
import type { LoadedPolicy, SuitePolicy } from '@bulkhead/policy'
import type { RangeJudgement } from '@bulkhead/signatures'
import {
  type RunRecord,
  type TestCase,
  type TestId,
  type TestReport,
  makeInventory,
} from '@bulkhead/test-reports'
import { type Milliseconds, blobId, commitId, digest, treeId } from '@bulkhead/vocabulary'

/** A release that passes, as plain data; tests change one thing of it. */

export const COMMIT = commitId('c'.repeat(40))
export const BASE = commitId('b'.repeat(40))
export const TREE = treeId('7'.repeat(40))
export const digestOf = (digit: string) => digest(`sha256:${digit.repeat(64)}`)

export const testId = (name: string): TestId => ({
  file: 'isolation.test.ts',
  className: 'projects',
  name,
})
export const passed = (name: string): TestCase => ({
  id: testId(name),
  status: 'passed',
  detail: '',
})

export function report(cases: readonly TestCase[], digit = '1'): TestReport {
  const count = (status: TestCase['status']) =>
    cases.filter((test) => test.status === status).length
  return {
    path: `reports/${digit}.xml`,
    format: 'junit',
    digest: digestOf(digit),
    bytes: 1_000,
    counts: {
      tests: cases.length,
      passed: count('passed'),
      failed: count('failed'),
      errored: count('errored'),
      skipped: count('skipped'),
      flaky: count('flaky'),
    },
    duplicates: [],
    cases,
    findings: [],
  }
}

export const SUITE: SuitePolicy = {
  mandatory: true,
  command: ['npm', 'run', 'test:isolation', '--', '--retry=0'],
  reports: ['reports/*.xml'],
  format: 'junit',
  retries: { kind: 'off-by', arguments: ['--retry=0'] },
  inventory: '.bulkhead/inventory/tenant-isolation.json',
  timeout: 60_000 as Milliseconds,
  legs: [],
  shards: 1,
}

export function runRecord(
  reports: readonly TestReport[],
  change: Partial<RunRecord> = {},
): RunRecord {
  return {
    suite: 'tenant-isolation',
    commit: COMMIT,
    root: '/work/app',
    command: SUITE.command,
    end: { kind: 'exited', code: 0 },
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: '2026-01-01T00:00:05.000Z',
    nonce: 'nonce',
    run: { id: '1', attempt: 1 },
    leg: '',
    shard: { index: 1, of: 1 },
    timeout: 60_000,
    tools: { bulkhead: '0.0.0' },
    reports: reports.map(({ path, digest: of }) => ({ path, digest: of })),
    ...change,
  }
}

const NAMES = ['owner may read', 'stranger may not read']

/** One run as evidence: what was kept, under a record that is changed in some things. */
export function runEvidence(
  reports: readonly TestReport[],
  change: Partial<RunRecord> = {},
): RunEvidence {
  return {
    run: {
      record: runRecord(reports, change),
      voucher: 'voucher.pub',
      separation: 'process',
      digest: digestOf('a'),
    },
    reports,
  }
}

/** The reports of the passing release. */
export const REPORTS = [report(NAMES.map(passed))]

/** Evidence of one whole run with these reports, or changed in some other thing. */
export function suiteEvidence({
  reports = REPORTS,
  ...change
}: Partial<SuiteEvidence> & { readonly reports?: readonly TestReport[] } = {}): SuiteEvidence {
  const inventory = makeInventory('tenant-isolation', NAMES.map(testId))
  return {
    runs: [runEvidence(reports)],
    headLegs: [],
    inventory: { trusted: inventory, head: inventory },
    files: [],
    amendments: [],
    approvedRemovals: [],
    findings: [],
    ...change,
  }
}

/** Evidence whose run record is changed in one thing, beside these reports. */
export const withRecord = (
  change: Partial<RunRecord>,
  reports: readonly TestReport[] = REPORTS,
): SuiteEvidence => suiteEvidence({ runs: [{ ...runEvidence(REPORTS, change), reports }] })

const RANGE: RangeJudgement = {
  base: BASE,
  head: COMMIT,
  counts: { commits: 1, passed: 1, blocked: 0 },
  commits: [
    {
      commit: COMMIT,
      subject: 'Change',
      committer: 'ada@example.test',
      verdict: 'passed',
      principal: 'ada@example.test',
      role: 'person',
      format: 'ssh',
      findings: [],
    },
  ],
  findings: [],
}

const POLICY: LoadedPolicy = {
  policy: {
    version: 1,
    mode: 'enforce',
    signers: '.bulkhead/allowed_signers',
    signing: {
      revoked: undefined,
      principals: {},
      x509: undefined,
      sigstore: undefined,
      rules: {
        author: 'any',
        touch: 'required',
        tags: 'any',
        rsaBits: 2048,
        forge: 'clean-merges',
      },
    },
    suites: { 'tenant-isolation': SUITE },
    build: { command: undefined, artifacts: ['dist/app.mjs'] },
    keys: { voucher: [], builder: [], gate: [], ledger: [] },
    approvals: { policyChange: undefined },
    hotfix: {
      approvals: 2,
      approvalExpires: 1_800_000 as Milliseconds,
      slo: {
        acknowledged: 300_000 as Milliseconds,
        approved: 600_000 as Milliseconds,
        gated: 720_000 as Milliseconds,
        everywhere: 900_000 as Milliseconds,
      },
      quota: 3,
      mostDiff: 400,
      paths: undefined,
      grace: 259_200_000 as Milliseconds,
      reviewGrace: 86_400_000 as Milliseconds,
      yieldWithin: 60_000 as Milliseconds,
      proof: undefined,
    },
    verdictExpires: 3_600_000 as Milliseconds,
    notify: [],
    environments: {},
  },
  trustedRef: BASE,
  blob: blobId('d'.repeat(40)),
  digest: digestOf('e'),
  files: new Map(),
}

const ARTIFACT = { name: 'dist/app.mjs', digest: digestOf('f') }

export function gateInput(change: Partial<GateInput> = {}): GateInput {
  return {
    commit: COMMIT,
    tree: TREE,
    environment: 'production',
    policy: POLICY,
    range: RANGE,
    suites: { 'tenant-isolation': suiteEvidence() },
    build: {
      record: { commit: COMMIT, tree: TREE, artifacts: [ARTIFACT], digest: digestOf('9') },
      artifacts: [ARTIFACT],
      findings: [],
    },
    own: POLICY.policy,
    policyChange: { loosened: [], editors: [], approvals: [], people: 2 },
    nextPolicy: [],
    now: Date.UTC(2026, 0, 1),
    ...change,
  }
}

export const withSuite = (evidence: SuiteEvidence): GateInput =>
  gateInput({ suites: { 'tenant-isolation': evidence } })

export function withSuitePolicy(change: Partial<SuitePolicy>, evidence: SuiteEvidence): GateInput {
  const policy = { ...POLICY.policy, suites: { 'tenant-isolation': { ...SUITE, ...change } } }
  return { ...withSuite(evidence), policy: { ...POLICY, policy }, own: policy }
}
