export { type Attestation, attestVerdict } from './attest-verdict.ts'
export { type BuildRecord, openBuildRecord, signBuildRecord } from './build-record.ts'
export { type AttestationVerification, verifyAttestation } from './verify-attestation.ts'
