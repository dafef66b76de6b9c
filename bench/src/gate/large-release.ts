import type { GateInput } from '@bulkhead/gate'
import { parsePolicy } from '@bulkhead/policy'
import { type TestId, makeInventory } from '@bulkhead/test-reports'
import { type CommitId, blobId, commitId, digest, treeId } from '@bulkhead/vocabulary'

const COMMIT = commitId('c'.repeat(40))
const BASE = commitId('b'.repeat(40))
const DIGEST = digest(`sha256:${'a'.repeat(64)}`)
const ARTIFACT = { name: 'dist/app.mjs', digest: DIGEST }

const POLICY = `version: 1
signers: signers
suites:
  isolation:
    mandatory: true
    command: [npm, test]
    retries: { none-in-runner: true }
    reports: ['reports/*.xml']
    inventory: inventory.json
build: { artifacts: [dist/app.mjs] }
keys: { voucher: [{ file: v, separation: process }], builder: [{ file: b }], gate: [{ file: g }], ledger: [{ file: l }] }
environments:
  production:
    target:
      kind: local
      command: [node, '{artifact}']
      health: { path: /health, build-field: build, interval: 1s, deadline: 15s }
      listen: 127.0.0.1:0
      drain: 1s
    regions: { local: { a: 2 } }
    capacity: { required: 1, zones: 1 }
    bake: { baseline-error-rate: 0.1%, detect-error-rate: 5%, false-alarm: 1%, power: 95%, requests-per-second: 50, floor: 1s, deadline: 1m }
`

/** The ids of tests as a runner would give them: 100 in a file. */
export const idsOf = (count: number): readonly TestId[] =>
  Array.from({ length: count }, (_, at) => ({
    file: `test/tenants/${Math.floor(at / 100)}.test.ts`,
    className: 'tenant isolation',
    name: `refuses stranger ${at % 100}`,
  }))

/** A release that passes, with so many tests in one mandatory suite, as plain data. */
export function largeRelease(tests: readonly TestId[]): GateInput {
  const parsed = parsePolicy(POLICY)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.findings))
  const { policy } = parsed
  const inventory = makeInventory('isolation', tests)
  const loaded = { policy, trustedRef: BASE, blob: blobId('d'.repeat(40)), digest: DIGEST }
  return {
    commit: COMMIT,
    tree: treeId('7'.repeat(40)),
    environment: 'production',
    policy: { ...loaded, files: new Map() },
    own: policy,
    policyChange: { loosened: [], editors: [], approvals: [], people: 2 },
    range: {
      base: BASE,
      head: COMMIT,
      counts: { commits: 0, passed: 0, blocked: 0 },
      commits: [],
      findings: [],
    },
    suites: {
      isolation: {
        runs: [runOf(tests, COMMIT)],
        headLegs: [],
        inventory: { trusted: inventory, head: inventory },
        files: [],
        amendments: [],
        approvedRemovals: [],
        findings: [],
      },
    },
    build: {
      record: {
        commit: COMMIT,
        tree: treeId('7'.repeat(40)),
        artifacts: [ARTIFACT],
        digest: DIGEST,
      },
      artifacts: [ARTIFACT],
      findings: [],
    },
    nextPolicy: [],
    now: 0,
  }
}

function runOf(
  tests: readonly TestId[],
  commit: CommitId,
): GateInput['suites'][string]['runs'][number] {
  const passed = tests.length
  const report = { path: 'reports/all.xml', digest: DIGEST }
  return {
    run: {
      record: {
        suite: 'isolation',
        commit,
        root: '/work',
        command: ['npm', 'test'],
        end: { kind: 'exited', code: 0 },
        startedAt: '2026-01-01T00:00:00.000Z',
        endedAt: '2026-01-01T00:00:05.000Z',
        nonce: 'nonce',
        run: { id: '1', attempt: 1 },
        leg: '',
        shard: { index: 1, of: 1 },
        timeout: 60_000,
        tools: {},
        reports: [report],
      },
      voucher: 'voucher.pub',
      separation: 'process',
      digest: DIGEST,
    },
    reports: [
      {
        ...report,
        format: 'junit',
        bytes: 1_000,
        counts: { tests: passed, passed, failed: 0, errored: 0, skipped: 0, flaky: 0 },
        duplicates: [],
        // Copies, as a parser would make them: nothing is the same object as in the inventory.
        cases: tests.map((id) => ({ id: { ...id }, status: 'passed', detail: '' })),
        findings: [],
      },
    ],
  }
}
