import { type Signer, sealStatement, sha256 } from '@bulkhead/envelope'
import type { Verdict } from '@bulkhead/gate'
import { type Digest, hexOf } from '@bulkhead/vocabulary'
import { RELEASE_GATE_TYPE, SUMMARY_TYPE, commitSubject } from './predicates.ts'

/** A verdict as two signed envelopes (DESIGN §5); `digest` is of the first one's bytes. */
export interface Attestation {
  readonly gate: Buffer
  readonly summary: Buffer
  readonly digest: Digest
}

/**
 * Attests a verdict, PASS and BLOCK alike: our own release-gate predicate, and a SLSA verification
 * summary (slsa.dev/verification_summary/v1) that names the first by digest. Same verdict and key,
 * same bytes.
 */
export async function attestVerdict(verdict: Verdict, signer: Signer): Promise<Attestation> {
  const { bindings } = verdict
  const subject = [
    ...bindings.artifacts.map(({ name, digest }) => ({ name, digest: { sha256: hexOf(digest) } })),
    commitSubject(bindings.commit),
  ]
  const gate = await sealStatement({ subject, predicateType: RELEASE_GATE_TYPE, predicate: verdict }, signer)
  const digest = sha256(gate)
  const predicate = {
    verifier: { id: 'https://bulkhead.dev/release-gate' },
    timeVerified: bindings.issuedAt,
    resourceUri: `git+commit:${bindings.commit}`,
    policy: { uri: `git+commit:${bindings.base}#bulkhead.yml`, digest: { sha256: hexOf(bindings.policyDigest) } },
    inputAttestations: [{ uri: RELEASE_GATE_TYPE, digest: { sha256: hexOf(digest) } }],
    verificationResult: verdict.outcome === 'PASS' ? 'PASSED' : 'FAILED',
    verifiedLevels: [],
  }
  return { gate, summary: await sealStatement({ subject, predicateType: SUMMARY_TYPE, predicate }, signer), digest }
}
