import type { Finding, ReasonCode } from '@bulkhead/vocabulary'
import { isSomebodyElse } from './amendment.ts'
import type { GateInput, Waiver } from './evidence.ts'
import type { WaivedFinding } from './verdict.ts'
import { suitesInForce } from './rules-in-force.ts'

/**
 * What can be waived: that a test failed, or that a part did not run. What says that evidence is forged,
 * foreign or unreadable cannot, for then nobody knows what is waived.
 */
const WAIVABLE: ReadonlySet<string> = new Set([
  'gate/failed-test',
  'gate/flaky-test',
  'gate/exit-code',
  'gate/no-tests',
  'gate/missing-run',
  'gate/missing-shard',
] satisfies readonly ReasonCode[])

/** The release that waivers are shown for. */
export type WaiverContext = Pick<
  GateInput,
  'policy' | 'own' | 'commit' | 'authors' | 'waivers' | 'now'
>

/** Which waivers count, whatever order they were found in; and why the others do not. */
export function judgeWaivers(context: WaiverContext): {
  readonly counting: readonly Waiver[]
  readonly objections: readonly Finding[]
} {
  const judged = (context.waivers ?? []).map((waiver) => ({
    waiver,
    why: objectToWaiver(waiver, context),
  }))
  return {
    counting: judged
      .flatMap(({ waiver, why }) => (why === undefined ? [waiver] : []))
      .sort((a, b) => (orderOf(a) < orderOf(b) ? 1 : -1)),
    objections: judged.flatMap(({ waiver, why }) =>
      why === undefined ? [] : [objection(waiver, why)],
    ),
  }
}

/** The one that holds longest comes first. */
const orderOf = ({ expires, digest }: Waiver): string => `${expires} ${digest}`

const objection = ({ suite, code, finding }: Waiver, why: string): Finding => ({
  code: 'approval/waiver-not-counted',
  subject: `${suite}: ${code}: ${finding}`,
  message: why,
  remedy:
    'mend what blocks; or have somebody who has no hand in the release waive exactly this finding of it',
})

function objectToWaiver(waiver: Waiver, context: WaiverContext): string | undefined {
  const { suite, code, finding } = waiver
  const suites = suitesInForce(context.policy.policy, context.own)
  const policy = Object.hasOwn(suites, suite) ? suites[suite] : undefined
  if (policy === undefined) return `the policy of the trusted ref has no suite ${suite}`
  if (policy.mandatory) return `the suite ${suite} is mandatory, and is never waived`
  if (!WAIVABLE.has(code)) return `${code} is never waived`
  if (!isOfSuite(suite, finding)) return `${finding} is no finding of the suite ${suite}`
  if (waiver.commit !== context.commit) return `it is for the release of ${waiver.commit}`
  if (!(context.now < Date.parse(waiver.expires))) return `it held until ${waiver.expires}`
  return isSomebodyElse(waiver.approver, context.authors ?? [])
    ? undefined
    : 'it is by somebody who has a hand in the commits of this release'
}

/** Names of suites have no space and no colon, so no subject is of two suites. */
const isOfSuite = (suite: string, subject: string): boolean =>
  subject === suite || subject.startsWith(`${suite}: `) || subject.startsWith(`${suite} (`)

/** Divides the findings of one suite into those that stay and those that are waived. */
export function waive(
  suite: string,
  findings: readonly Finding[],
  counting: readonly Waiver[],
): { readonly kept: readonly Finding[]; readonly waived: readonly WaivedFinding[] } {
  const waiverOf = (finding: Finding) =>
    counting.find(
      (waiver) =>
        waiver.suite === suite &&
        waiver.code === finding.code &&
        waiver.finding === finding.subject,
    )
  return {
    kept: findings.filter((finding) => waiverOf(finding) === undefined),
    waived: findings.flatMap((finding): readonly WaivedFinding[] => {
      const waiver = waiverOf(finding)
      if (waiver === undefined) return []
      const { approver, expires, digest } = waiver
      const { code, subject } = finding
      return [{ suite, code, subject, approver: approver[0] ?? '', expires, waiver: digest }]
    }),
  }
}
