import type { ActionAnswer } from '@bulkhead/action-kit'
import type { GatedRelease, ReportedRelease } from '@bulkhead/release'
import { counted } from '@bulkhead/vocabulary'
import type { action } from './action.ts'

type Judged = ReportedRelease & Partial<Pick<GatedRelease, 'files'>>

/** What the action says of a verdict. One that was only reported has no files, and says so. */
export function answerOf({
  verdict,
  files,
  suites,
  notCounted,
}: Judged): ActionAnswer<typeof action.outputs> {
  const { bindings, counts, outcome, mode } = verdict
  const observing = outcome === 'BLOCK' && mode === 'observe'
  return {
    outcome: outcome === 'PASS' || observing ? 'passed' : 'blocked',
    observing,
    suites,
    headline: `${outcome}: ${bindings.commit.slice(0, 12)} for ${bindings.environment}: ${counted(counts.commits, 'commit')}, ${counts.passed} of ${counted(counts.tests, 'test')} passed${files === undefined ? '; reported only, nothing is attested' : ''}`,
    findings: verdict.findings,
    outputs: {
      verdict: outcome,
      commit: bindings.commit,
      attestation: files?.gate ?? '',
      'verification-summary': files?.summary ?? '',
      'expires-at': bindings.expiresAt,
    },
    tables: [
      countsTable(verdict),
      waivedTable(verdict),
      notCountedTable(notCounted),
      bindingsTable(verdict),
      runsTable(verdict),
    ].filter((table) => table.rows.length > 0),
  }
}

const countsTable = ({ counts }: Judged['verdict']) => ({
  header: ['Judged', ''],
  rows: [
    ['commits', String(counts.commits)],
    ['tests', String(counts.tests)],
    ['tests that passed', String(counts.passed)],
  ],
})

const waivedTable = ({ waived }: Judged['verdict']) => ({
  header: ['Waived', 'Finding', 'By', 'Until'],
  rows: waived.map(({ code, subject, approver, expires }) => [
    { untrusted: code },
    { untrusted: subject },
    { untrusted: approver },
    expires,
  ]),
})

const notCountedTable = (notCounted: Judged['notCounted']) => ({
  header: ['Approval that does not count', 'Why'],
  rows: notCounted.map(({ subject, message }) => [{ untrusted: subject }, { untrusted: message }]),
})

const bindingsTable = ({ bindings, mode }: Judged['verdict']) => ({
  header: ['This verdict is bound to', ''],
  rows: [
    ['commit', { untrusted: bindings.commit }],
    ['after', { untrusted: bindings.base }],
    ['policy', { untrusted: bindings.policyDigest }],
    ['environment', { untrusted: bindings.environment }],
    ...bindings.artifacts.map(({ name, digest }) => [
      'artifact',
      { untrusted: `${name} ${digest}` },
    ]),
    ['expires', bindings.expiresAt],
    ['mode', mode === 'observe' ? 'OBSERVE: nothing is blocked' : mode],
  ],
})

const runsTable = ({ runs }: Judged['verdict']) => ({
  header: ['Suite', 'Part', 'Vouched for by', 'Key of the voucher'],
  rows: runs.map(({ suite, leg, shard, voucher, separation }) => [
    { untrusted: suite },
    { untrusted: `${leg} ${shard.index}/${shard.of}`.trim() },
    { untrusted: voucher },
    SEPARATIONS[separation],
  ]),
})

const SEPARATIONS = {
  local: 'within reach of the tests',
  process: 'out of reach of the tests',
  job: 'none: GitHub says which job it came from',
} as const
