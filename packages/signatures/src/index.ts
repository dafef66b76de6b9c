export {
  type AllowedSigner,
  type AllowedSigners,
  parseAllowedSigners,
} from './ssh/allowed-signers.ts'
export { type CommitRequest, judgeCommit } from './commit/judge-commit.ts'
export {
  type OpenPgpCertificate,
  type OpenPgpSigner,
  parseOpenPgpCertificates,
} from './openpgp/openpgp-certificate.ts'
export type { CommitJudgement, RangeJudgement, RangeSummary } from './commit/range-judgement.ts'
export { type SshStatement, signerOfStatement } from './ssh/ssh-statement.ts'
export { signersOfStatements } from './ssh/statement-signers.ts'
export { type RevokedKeys, parseRevokedKeys } from './ssh/revoked-keys.ts'
export type { Principal } from './principal.ts'
export type { TrustedSigners } from './signature-format.ts'
export { type RosterEntry, rosterOf } from './roster.ts'
export type { SigningRules } from './signing-rules.ts'
export type { TagJudgement } from './tag/judge-tag.ts'
export { type TagVerdict, type VerifyTagRequest, verifyTag } from './tag/verify-tag.ts'
export { type RangeRequest, judgeRange, verifyRange } from './commit/verify-range.ts'
export { type X509Trust, parseX509Trust } from './x509/x509-trust.ts'
export { type SigstoreTrust, parseSigstoreTrust } from './sigstore/sigstore-trust.ts'
