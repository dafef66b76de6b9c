import { type StatementSigner, sealStatement, sha256 } from '@bulkhead/envelope'
import type { Verdict } from '@bulkhead/gate'
import type { Digest } from '@bulkhead/vocabulary'
import { RELEASE_GATE_TYPE, SUMMARY_TYPE } from './predicates.ts'
import { releaseSubjects } from './subjects.ts'
import { summaryOf } from './summary.ts'

/** A verdict as two signed envelopes (DESIGN §5); `digest` is of the first one's bytes. */
export interface Attestation {
  readonly gate: Buffer
  readonly summary: Buffer
  readonly digest: Digest
}

/**
 * Attests a verdict, PASS and BLOCK alike: our own release-gate predicate, and a SLSA verification
 * summary that names the first by digest. Same verdict and key, same bytes.
 */
export async function attestVerdict(
  verdict: Verdict,
  signer: StatementSigner,
): Promise<Attestation> {
  const subject = releaseSubjects(verdict.bindings.artifacts, verdict.bindings.commit)
  const statement = { subject, predicateType: RELEASE_GATE_TYPE, predicate: verdict }
  const gate = await sealStatement(statement, signer)
  const digest = sha256(gate)
  const predicate = summaryOf(verdict, digest)
  const summary = await sealStatement({ subject, predicateType: SUMMARY_TYPE, predicate }, signer)
  return { gate, summary, digest }
}
