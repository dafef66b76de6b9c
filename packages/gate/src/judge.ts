import { inventoryDigest } from '@bulkhead/test-reports'
import { type Finding, sortFindings } from '@bulkhead/vocabulary'
import { judgeBuild } from './build-judgement.ts'
import { judgeDenials } from './denial.ts'
import type { GateInput, SuiteEvidence } from './evidence.ts'
import { requiredTests } from './inventory-judgement.ts'
import { findingsOfRange, judgeOwnSigners } from './own-signers.ts'
import { judgePolicyChange, policyApprovers } from './policy-change.ts'
import { suitesInForce } from './rules-in-force.ts'
import { judgeSharedReports } from './report-judgement.ts'
import { judgeSuite } from './suite-judgement.ts'
import type { Verdict, WaivedFinding } from './verdict.ts'
import { judgeWaivers, waive } from './waiver.ts'

const NOTHING: SuiteEvidence = {
  runs: [],
  headLegs: [],
  inventory: { trusted: undefined, head: undefined },
  files: [],
  amendments: [],
  approvedRemovals: [],
  findings: [],
}

/**
 * Policy and evidence → verdict. Pure: same input, same bytes; the order of evidence never matters.
 * It starts at BLOCK with one `gate/not-judged` for each thing that must be judged, and each is only
 * lifted by a judgement of that very thing (DESIGN law 1).
 */
export function judge(input: GateInput): Verdict {
  const pending = new Map<string, Finding>(
    thingsToJudge(input).map((thing) => [thing, notJudged(thing)]),
  )
  const findings: Finding[] = []
  const settle = (thing: string, found: readonly Finding[]) => {
    pending.delete(thing)
    findings.push(...found)
  }
  const waived: WaivedFinding[] = []
  const { counting } = judgeWaivers(input)
  settle('the commits', [...judgeRange(input), ...judgeOwnSigners(input.range, input.ownRange)])
  for (const [name, policy] of Object.entries(suitesOf(input))) {
    const evidence = input.suites[name] ?? NOTHING
    const found = judgeSuite({ name, policy, evidence, commit: input.commit, run: input.run })
    const divided = waive(name, found, counting)
    settle(`suite ${name}`, divided.kept)
    waived.push(...divided.waived)
  }
  settle('reports of several suites', judgeSharedReports(input.suites))
  settle('the artifacts', judgeBuild(input))
  settle('the policy it carries', [...input.nextPolicy, ...judgePolicyChange(input)])
  findings.push(...judgeDenials(input.commit, input.build.artifacts, input.denials ?? [], counting))
  findings.push(...pending.values())
  return verdictOf(input, { findings: sortFindings(findings), waived })
}

const suitesOf = ({ policy, own }: GateInput) => suitesInForce(policy.policy, own)

const thingsToJudge = (input: GateInput): readonly string[] => [
  'the commits',
  ...Object.keys(suitesOf(input)).map((name) => `suite ${name}`),
  'reports of several suites',
  'the artifacts',
  'the policy it carries',
]

const notJudged = (thing: string): Finding => ({
  code: 'gate/not-judged',
  subject: thing,
  message: 'was not judged',
  remedy: 'run `bulkhead gate` again; if it stays, report a bug',
})

/** The range must be the one that this verdict claims, or its clean result means nothing. */
function judgeRange(input: GateInput): readonly Finding[] {
  const { range, policy } = input
  const matches = range.head === input.commit && range.base === policy.trustedRef
  const complete =
    range.counts.blocked === 0 &&
    range.counts.passed === range.counts.commits &&
    range.commits.length === range.counts.commits
  const blocked = findingsOfRange(range)
  if (matches && (complete || blocked.length > 0)) return blocked
  return [...blocked, notJudged(`the commits ${policy.trustedRef}..${input.commit}`)]
}

/** A verdict that rests on waivers stands no longer than the first of them. */
function expiryOf(input: GateInput, waived: readonly WaivedFinding[]): string {
  const own = input.now + input.policy.policy.verdictExpires
  const ends = waived.map(({ expires }) => Date.parse(expires))
  return new Date(Math.min(own, ...ends)).toISOString()
}

function verdictOf(
  input: GateInput,
  { findings, waived }: Pick<Verdict, 'findings' | 'waived'>,
): Verdict {
  const { policy, trustedRef, digest } = input.policy
  const suites = suitesOf(input)
  const reports = Object.values(input.suites).flatMap((suite) =>
    suite.runs.flatMap((run) => run.reports),
  )
  const sum = (count: 'tests' | 'passed') =>
    reports.reduce((total, report) => total + report.counts[count], 0)
  return {
    outcome: findings.length === 0 ? 'PASS' : 'BLOCK',
    mode: policy.mode,
    program: input.program ?? null,
    bindings: {
      commit: input.commit,
      tree: input.tree,
      base: trustedRef,
      artifacts: [...input.build.artifacts].sort((a, b) => (a.name < b.name ? -1 : 1)),
      policyDigest: digest,
      environment: input.environment,
      issuedAt: new Date(input.now).toISOString(),
      expiresAt: expiryOf(input, waived),
    },
    counts: { commits: input.range.counts.commits, tests: sum('tests'), passed: sum('passed') },
    inventories: Object.fromEntries(
      namesOf(input).flatMap((name) => {
        const suite = suites[name]
        const evidence = input.suites[name] ?? NOTHING
        const required = suite === undefined ? [] : requiredTests({ name, policy: suite, evidence })
        return required.length === 0 ? [] : [[name, inventoryDigest(required)] as const]
      }),
    ),
    runs: namesOf(input).flatMap((name) => runsOf(name, input.suites[name] ?? NOTHING)),
    policyChange: {
      loosened: input.policyChange.loosened,
      approvers: policyApprovers(input),
    },
    waived: [...waived].sort((a, b) => compareText(JSON.stringify(a), JSON.stringify(b))),
    findings,
  }
}

/** The runs of one suite, part by part, in an order that is not the one in which they were found. */
function runsOf(suite: string, { runs }: SuiteEvidence): Verdict['runs'] {
  return runs
    .map(({ run: { record, digest, voucher, separation } }) => ({
      suite,
      leg: record.leg,
      shard: record.shard,
      record: digest,
      voucher,
      separation,
    }))
    .sort(
      (a, b) =>
        compareText(a.leg, b.leg) ||
        a.shard.index - b.shard.index ||
        compareText(JSON.stringify(a), JSON.stringify(b)),
    )
}

const compareText = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)

const namesOf = (input: GateInput): readonly string[] => Object.keys(suitesOf(input)).sort()
