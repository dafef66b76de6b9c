export { type Attestation, attestVerdict } from './attest-verdict.ts'
export {
  type BuildRecord,
  type OpenBuildRecord,
  openBuildRecord,
  signBuildRecord,
} from './build-record.ts'
export type { ExpectedRelease } from './release-checks.ts'
export {
  type AttestationVerification,
  type VerificationRequest,
  verifyAttestation,
} from './verify-attestation.ts'
