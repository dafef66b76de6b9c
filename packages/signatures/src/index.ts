export { type AllowedSigner, type AllowedSigners, parseAllowedSigners } from './allowed-signers.ts'
export { type CommitRequest, judgeCommit } from './judge-commit.ts'
export {
  type OpenPgpCertificate,
  type OpenPgpSigner,
  parseOpenPgpCertificates,
} from './openpgp-certificate.ts'
export type { CommitJudgement, RangeJudgement, RangeSummary } from './range-judgement.ts'
export { type RevokedKeys, parseRevokedKeys } from './revoked-keys.ts'
export type { Principal } from './principal.ts'
export type { TrustedSigners } from './signature-format.ts'
export { type RosterEntry, rosterOf } from './roster.ts'
export type { SigningRules } from './signing-rules.ts'
export type { TagJudgement } from './judge-tag.ts'
export { type TagVerdict, type VerifyTagRequest, verifyTag } from './verify-tag.ts'
export { type RangeRequest, judgeRange, verifyRange } from './verify-range.ts'
export { type X509Trust, parseX509Trust } from './x509-trust.ts'
export { type SigstoreTrust, parseSigstoreTrust } from './sigstore-trust.ts'
