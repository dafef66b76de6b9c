import { type TrustedKey, openStatement } from '@bulkhead/envelope'
import type { ArtifactBinding, Verdict } from '@bulkhead/gate'
import { type CommitId, type Digest, type Finding, type ReasonCode, type TreeId, hexOf } from '@bulkhead/vocabulary'
import * as v from 'valibot'
import { RELEASE_GATE_TYPE, SUMMARY_TYPE } from './predicates.ts'
import { summaryForm } from './summary-form.ts'
import { verdictForm } from './verdict-form.ts'

/** What the deploy step is about to ship, found out by itself. */
export interface ExpectedRelease {
  readonly commit: CommitId
  readonly tree: TreeId
  /** The trusted ref now: the commit last released. */
  readonly base: CommitId
  /** The bytes that would ship, hashed now. */
  readonly artifacts: readonly ArtifactBinding[]
  readonly policyDigest: Digest
  readonly environment: string
}

export interface VerificationRequest {
  /** Bytes of the two envelopes; undefined when there are none. */
  readonly gate: Uint8Array | undefined
  readonly summary: Uint8Array | undefined
  readonly trust: {
    readonly keys: readonly TrustedKey[]
    /** Milliseconds after which a verdict is too old, whatever it says of its own expiry. */
    readonly maxAge: number
    /**
     * The mode of the trusted policy. Only `observe` lets a verdict of mode `observe` through that is
     * not PASS; what the verdict says of itself alone never does. Default: `enforce`.
     */
    readonly mode?: Verdict['mode']
  }
  readonly expected: ExpectedRelease
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** Either what matched, for people to read, or every reason against it. */
export type AttestationVerification =
  | { readonly kind: 'accepted'; readonly verdict: Verdict; readonly digest: Digest; readonly matched: readonly string[] }
  | { readonly kind: 'refused'; readonly findings: readonly Finding[] }

/** A gate's clock may be ahead of ours by this much. */
const CLOCK_TOLERANCE_MS = 60_000
const LIMITS = { maxBytes: 16 * 1024 * 1024, maxDepth: 16 }

/**
 * Verifies an attestation by itself and for itself (DESIGN law 4). The order is: is it there, is it
 * signed by a gate that is trusted, is it of the right kind, does it say PASS, and is it about exactly
 * what would ship, now. Nothing that is not checked here is relied on.
 */
export function verifyAttestation(request: VerificationRequest): AttestationVerification {
  const { gate, summary } = request
  if (gate === undefined || summary === undefined) return refused('attest/missing', 'attestation', 'there is no attestation for this release')
  const verdict = openVerdict(gate, request.trust.keys)
  if ('finding' in verdict) return { kind: 'refused', findings: [verdict.finding] }
  const summaryFindings = judgeSummary(summary, verdict, request)
  const findings = [...CHECKS.flatMap((check) => check(verdict.verdict, request)), ...summaryFindings]
  if (findings.length > 0) return { kind: 'refused', findings }
  return { kind: 'accepted', verdict: verdict.verdict, digest: verdict.digest, matched: whatMatched(verdict, request) }
}

const REMEDY = 'run `bulkhead gate` for the commit that is to ship, and offer what it writes'

const finding = (code: ReasonCode, subject: string, message: string, remedy = REMEDY): Finding => ({ code, subject, message, remedy })
const refused = (...what: Parameters<typeof finding>): AttestationVerification => ({ kind: 'refused', findings: [finding(...what)] })

const UNOPENED = { malformed: 'attest/malformed', untrusted: 'attest/bad-signature' } as const

interface OpenedVerdict {
  readonly verdict: Verdict
  readonly digest: Digest
  readonly signer: string
}

function openVerdict(bytes: Uint8Array, keys: readonly TrustedKey[]): OpenedVerdict | { readonly finding: Finding } {
  const opened = openStatement(bytes, keys, LIMITS)
  if (opened.kind !== 'opened') return { finding: finding(UNOPENED[opened.kind], 'verdict', opened.reason) }
  const { statement, envelope } = opened
  if (statement.predicateType !== RELEASE_GATE_TYPE) return { finding: finding('attest/wrong-predicate', 'verdict', `a statement of type ${statement.predicateType}`) }
  const parsed = v.safeParse(verdictForm, statement.predicate)
  if (!parsed.success) return { finding: finding('attest/malformed', 'verdict', 'not of the form of a verdict') }
  const { artifacts, commit } = parsed.output.bindings
  const subjects = [...artifacts.map((artifact) => hexOf(artifact.digest)), commit].sort()
  const named = statement.subject.map((subject) => subject.digest['sha256'] ?? subject.digest['gitCommit'] ?? '').sort()
  if (JSON.stringify(subjects) !== JSON.stringify(named)) return { finding: finding('attest/malformed', 'verdict', 'its subjects are not what its verdict is about') }
  return { verdict: parsed.output, digest: envelope.digest, signer: envelope.signer.name }
}

type Check = (verdict: Verdict, request: VerificationRequest) => readonly Finding[]

const differs = (code: ReasonCode, what: string, found: string, expected: string): readonly Finding[] =>
  found === expected ? [] : [finding(code, what, `the verdict is about ${found}, not ${expected}`)]

const passed: Check = (verdict, { trust }) => {
  if (verdict.outcome === 'PASS' && verdict.findings.length === 0) return []
  if (trust.mode === 'observe' && verdict.mode === 'observe') return []
  const codes = [...new Set(verdict.findings.map((found) => found.code))].slice(0, 5).join(', ')
  return [finding('attest/not-passed', verdict.bindings.commit, `the verdict is ${verdict.outcome}: ${codes}`, 'mend the findings of the verdict (`bulkhead gate` lists them) and run `bulkhead gate` again')]
}

const ofThisRelease: Check = ({ bindings }, { expected }) => [
  ...differs('attest/wrong-commit', 'commit', bindings.commit, expected.commit),
  ...differs('attest/wrong-commit', 'tree', bindings.tree, expected.tree),
  ...differs('attest/wrong-base', 'base', bindings.base, expected.base),
  ...differs('attest/wrong-policy', 'policy', bindings.policyDigest, expected.policyDigest),
  ...differs('attest/wrong-environment', 'environment', bindings.environment, expected.environment),
]

/** Exactly the bytes that would ship: none that the verdict does not name, none of its own missing. */
const ofTheseBytes: Check = ({ bindings }, { expected }) => {
  const list = (artifacts: readonly ArtifactBinding[]) => artifacts.map(({ name, digest }) => `${name} ${digest}`).sort().join(', ')
  if (expected.artifacts.length === 0) return [finding('attest/wrong-artifact', 'artifacts', 'there is nothing to ship: no artifact is bound to the commit', 'run `bulkhead build`, then `bulkhead gate`')]
  return differs('attest/wrong-artifact', 'artifacts', list(bindings.artifacts), list(expected.artifacts))
}

const stillStands: Check = ({ bindings }, { now, trust }) => {
  const issued = Date.parse(bindings.issuedAt)
  const expires = Math.min(Date.parse(bindings.expiresAt), issued + trust.maxAge)
  if (issued > now + CLOCK_TOLERANCE_MS) return [finding('attest/expired', 'verdict', `it was issued in the future, at ${bindings.issuedAt}`)]
  return now < expires ? [] : [finding('attest/expired', 'verdict', `it stood until ${new Date(expires).toISOString()}`)]
}

const CHECKS: readonly Check[] = [passed, ofThisRelease, ofTheseBytes, stillStands]

/** The summary must be by a trusted gate, name this very verdict by digest, and say the same. */
function judgeSummary(bytes: Uint8Array, { verdict, digest }: OpenedVerdict, { trust }: VerificationRequest): readonly Finding[] {
  const opened = openStatement(bytes, trust.keys, LIMITS)
  if (opened.kind !== 'opened') return [finding(UNOPENED[opened.kind], 'summary', opened.reason)]
  if (opened.statement.predicateType !== SUMMARY_TYPE) return [finding('attest/wrong-predicate', 'summary', `a statement of type ${opened.statement.predicateType}`)]
  const parsed = v.safeParse(summaryForm, opened.statement.predicate)
  if (!parsed.success) return [finding('attest/malformed', 'summary', 'not of the form of a verification summary')]
  const linked = parsed.output.inputAttestations.map((input) => input.digest.sha256)
  if (linked.length !== 1 || linked[0] !== hexOf(digest)) return [finding('attest/unlinked-summary', 'summary', 'it does not name the verdict that lies beside it')]
  const result = verdict.outcome === 'PASS' ? 'PASSED' : 'FAILED'
  return parsed.output.verificationResult === result ? [] : [finding('attest/unlinked-summary', 'summary', `it says ${parsed.output.verificationResult}, the verdict ${verdict.outcome}`)]
}

function whatMatched({ verdict, digest, signer }: OpenedVerdict, { now }: VerificationRequest): readonly string[] {
  const { bindings } = verdict
  const minutes = Math.floor((Date.parse(bindings.expiresAt) - now) / 60_000)
  return [
    `signed by ${signer}, attestation ${digest}`,
    `commit ${bindings.commit}, tree ${bindings.tree}, after ${bindings.base}`,
    ...bindings.artifacts.map(({ name, digest: bytes }) => `artifact ${name} ${bytes}`),
    `policy ${bindings.policyDigest}, environment ${bindings.environment}`,
    `${verdict.counts.passed} tests passed, ${verdict.counts.commits} commits verified; stands for ${minutes} more minutes`,
  ]
}
