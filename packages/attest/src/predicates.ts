import type { Subject } from '@bulkhead/envelope'
import type { CommitId } from '@bulkhead/vocabulary'

export const RELEASE_GATE_TYPE = 'https://bulkhead.dev/release-gate/v1'
/** SLSA verification summary attestation v1 (slsa.dev/spec/v1.0/verification_summary). */
export const SUMMARY_TYPE = 'https://slsa.dev/verification_summary/v1'
export const BUILD_RECORD_TYPE = 'https://bulkhead.dev/build-record/v1'

/** The commit as a subject, beside the artifacts (in-toto digest set, `gitCommit`). */
export const commitSubject = (commit: CommitId): Subject => ({ name: 'commit', digest: { gitCommit: commit } })
