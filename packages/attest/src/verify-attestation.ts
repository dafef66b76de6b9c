import { type TrustedSigner, canonicalJson } from '@bulkhead/envelope'
import type { Verdict } from '@bulkhead/gate'
import { type Digest, type Finding, counted } from '@bulkhead/vocabulary'
import { refusal } from './attest-finding.ts'
import { openPredicate } from './open-predicate.ts'
import { RELEASE_GATE_TYPE, SUMMARY_TYPE } from './predicates.ts'
import { type ExpectedRelease, RELEASE_CHECKS, endOf } from './release-checks.ts'
import { releaseSubjects } from './subjects.ts'
import { summaryForm, summaryOf } from './summary.ts'
import { verdictForm } from './verdict-form.ts'

export interface VerificationRequest {
  /** Bytes of the two envelopes; undefined when there are none. */
  readonly gate: Uint8Array | undefined
  readonly summary: Uint8Array | undefined
  readonly trust: {
    readonly keys: readonly TrustedSigner[]
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
  | {
      readonly kind: 'accepted'
      readonly verdict: Verdict
      /** SHA-256 of the verdict's envelope. */
      readonly digest: Digest
      readonly matched: readonly string[]
    }
  | { readonly kind: 'refused'; readonly findings: readonly Finding[] }

/**
 * Verifies an attestation by itself and for itself (DESIGN law 4). The order is: is it there, is it
 * signed by a gate that is trusted, is it of the right kind, does it say PASS, and is it about exactly
 * what would ship, now. Nothing that is not checked here is relied on.
 */
export function verifyAttestation(request: VerificationRequest): AttestationVerification {
  const { gate, summary, trust, expected, now } = request
  if (gate === undefined) return { kind: 'refused', findings: [missing('verdict')] }
  if (summary === undefined) return { kind: 'refused', findings: [missing('summary')] }
  const opened = openVerdict(gate, trust.keys)
  if ('code' in opened) return { kind: 'refused', findings: [opened] }
  const isObserved = trust.mode === 'observe' && opened.verdict.mode === 'observe'
  const context = { expected, now, maxAge: trust.maxAge, isObserved }
  const findings = [
    ...RELEASE_CHECKS.flatMap((check) => check(opened.verdict, context)),
    ...checkSummary(summary, opened, { keys: trust.keys, isObserved }),
  ]
  if (findings.length > 0) return { kind: 'refused', findings }
  const { verdict, digest } = opened
  return { kind: 'accepted', verdict, digest, matched: describeMatch(opened, request) }
}

const missing = (what: string): Finding =>
  refusal('attest/missing', what, 'there is no attestation for this release')

const UNOPENED = {
  malformed: 'attest/malformed',
  untrusted: 'attest/bad-signature',
  'wrong-predicate': 'attest/wrong-predicate',
} as const

interface OpenedVerdict {
  readonly verdict: Verdict
  readonly digest: Digest
  readonly signer: string
}

function openVerdict(bytes: Uint8Array, keys: readonly TrustedSigner[]): OpenedVerdict | Finding {
  const opened = openPredicate({
    bytes,
    keys,
    predicateType: RELEASE_GATE_TYPE,
    shape: verdictForm,
  })
  if (opened.kind !== 'opened') return refusal(UNOPENED[opened.kind], 'verdict', opened.reason)
  const { value: verdict, subject, envelope } = opened
  const { artifacts, commit } = verdict.bindings
  // Other verifiers look at subjects only: both halves of the statement must say the same.
  if (canonicalJson(subject) !== canonicalJson(releaseSubjects(artifacts, commit))) {
    return refusal('attest/malformed', 'verdict', 'its subjects are not what its verdict is about')
  }
  return { verdict, digest: envelope.digest, signer: envelope.signer.name }
}

/** The summary must be by a trusted gate, name this very verdict by digest, and say the same. */
function checkSummary(
  bytes: Uint8Array,
  { verdict, digest }: OpenedVerdict,
  { keys, isObserved }: { readonly keys: readonly TrustedSigner[]; readonly isObserved: boolean },
): readonly Finding[] {
  const opened = openPredicate({ bytes, keys, predicateType: SUMMARY_TYPE, shape: summaryForm })
  if (opened.kind !== 'opened') return [refusal(UNOPENED[opened.kind], 'summary', opened.reason)]
  if (opened.value.verificationResult !== 'PASSED' && !isObserved) {
    return [refusal('attest/not-passed', 'summary', `it says ${opened.value.verificationResult}`)]
  }
  const { artifacts, commit } = verdict.bindings
  const own = { subject: releaseSubjects(artifacts, commit), predicate: summaryOf(verdict, digest) }
  const found = { subject: opened.subject, predicate: opened.value }
  return canonicalJson(found) === canonicalJson(own)
    ? []
    : [refusal('attest/unlinked-summary', 'summary', 'it is not about the verdict beside it')]
}

function describeMatch(
  { verdict, digest, signer }: OpenedVerdict,
  { now, trust }: VerificationRequest,
): readonly string[] {
  const { bindings, counts, mode } = verdict
  const minutes = Math.floor((endOf(verdict, trust.maxAge) - now) / 60_000)
  return [
    `${RELEASE_GATE_TYPE} signed by ${signer}, attestation ${digest}`,
    `commit ${bindings.commit}, tree ${bindings.tree}, after ${bindings.base}`,
    ...bindings.artifacts.map((artifact) => `artifact ${artifact.name} ${artifact.digest}`),
    `policy ${bindings.policyDigest}, environment ${bindings.environment}, mode ${mode}`,
    `${counts.passed} of ${counted(counts.tests, 'test')} passed, ${counted(counts.commits, 'commit')} verified; stands for ${counted(minutes, 'more minute')}`,
  ]
}
