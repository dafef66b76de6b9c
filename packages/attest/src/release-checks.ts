import type { ArtifactBinding, Verdict } from '@bulkhead/gate'
import {
  type CommitId,
  type Digest,
  type Finding,
  type ReasonCode,
  type TreeId,
  counted,
} from '@bulkhead/vocabulary'
import { refusal } from './attest-finding.ts'

/** What the deploy step is about to ship, found out by itself. */
export interface ExpectedRelease {
  readonly commit: CommitId
  readonly tree: TreeId
  /** The trusted ref now: the commit last released. */
  readonly base: CommitId
  /**
   * Earlier ones that do as well, because the release contains what was released since, and the policy
   * has stayed the same: the verdict is about more commits than it need be.
   */
  readonly earlierBases?: readonly CommitId[]
  /** The bytes that would ship, hashed now. */
  readonly artifacts: readonly ArtifactBinding[]
  readonly policyDigest: Digest
  readonly environment: string
}

export interface CheckContext {
  readonly expected: ExpectedRelease
  /** Milliseconds after which a verdict is too old, whatever it says of its own expiry. */
  readonly maxAge: number
  /** Trusted policy and verdict both only observe: findings are on record and do not block. */
  readonly isObserved: boolean
  /** Milliseconds since the epoch. */
  readonly now: number
}

type Check = (verdict: Verdict, context: CheckContext) => readonly Finding[]

/** A gate's clock may be ahead of ours by this much. */
const CLOCK_TOLERANCE_MS = 60_000

const checkOutcome: Check = ({ outcome, findings, bindings }, { isObserved }) => {
  if (isObserved || (outcome === 'PASS' && findings.length === 0)) return []
  const codes = [...new Set(findings.map((finding) => finding.code))].slice(0, 5).join(', ')
  const message = `the verdict is ${outcome} with ${counted(findings.length, 'finding')}${codes && `: ${codes}`}`
  const remedy =
    'mend the findings of the verdict (`bulkhead gate` lists them) and run `bulkhead gate` again'
  return [refusal('attest/not-passed', bindings.commit, message, remedy)]
}

const differs = (
  code: ReasonCode,
  what: string,
  found: string,
  expected: string,
): readonly Finding[] =>
  found === expected
    ? []
    : [refusal(code, what, `the verdict is about ${found || 'none'}, not ${expected}`)]

const checkCommit: Check = ({ bindings }, { expected }) => [
  ...differs('attest/wrong-commit', 'commit', bindings.commit, expected.commit),
  ...differs('attest/wrong-commit', 'tree', bindings.tree, expected.tree),
]

const nothingToShip = refusal(
  'attest/wrong-artifact',
  'artifacts',
  'there is nothing to ship: no artifact is bound to the commit',
  'run `bulkhead build`, then `bulkhead gate`',
)

/** Exactly the bytes that would ship: none that the verdict does not name, none of its own missing. */
const checkArtifacts: Check = ({ bindings }, { expected }) =>
  expected.artifacts.length === 0
    ? [nothingToShip]
    : differs(
        'attest/wrong-artifact',
        'artifacts',
        describe(bindings.artifacts),
        describe(expected.artifacts),
      )

/** Names as signed statements hold them, in Unicode NFC; order is nobody's business. */
const describe = (artifacts: readonly ArtifactBinding[]): string =>
  artifacts
    .map(({ name, digest }) => `${name.normalize('NFC')} ${digest}`)
    .sort((one, other) => (one < other ? -1 : 1))
    .join(', ')

const checkPolicy: Check = ({ bindings }, { expected }) =>
  differs('attest/wrong-policy', 'policy', bindings.policyDigest, expected.policyDigest)

const checkBase: Check = ({ bindings }, { expected }) =>
  expected.earlierBases?.includes(bindings.base)
    ? []
    : differs('attest/wrong-base', 'base', bindings.base, expected.base)

const checkEnvironment: Check = ({ bindings }, { expected }) =>
  differs('attest/wrong-environment', 'environment', bindings.environment, expected.environment)

/** When a verdict ceases to stand: by its own word or by ours, whichever is sooner. */
export const endOf = ({ bindings }: Verdict, maxAge: number): number =>
  Math.min(Date.parse(bindings.expiresAt), Date.parse(bindings.issuedAt) + maxAge)

const checkAge: Check = (verdict, { now, maxAge }) => {
  const { bindings } = verdict
  const expires = endOf(verdict, maxAge)
  if (Date.parse(bindings.issuedAt) > now + CLOCK_TOLERANCE_MS) {
    const message = `it was issued in the future, at ${bindings.issuedAt}`
    return [refusal('attest/expired', 'verdict', message)]
  }
  if (now < expires) return []
  return [refusal('attest/expired', 'verdict', `it stood until ${new Date(expires).toISOString()}`)]
}

/** In the order in which their findings are given. */
export const RELEASE_CHECKS: readonly Check[] = [
  checkOutcome,
  checkCommit,
  checkArtifacts,
  checkPolicy,
  checkBase,
  checkEnvironment,
  checkAge,
]
