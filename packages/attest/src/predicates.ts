export const RELEASE_GATE_TYPE = 'https://bulkhead.dev/release-gate/v1'
/** SLSA verification summary attestation v1 (slsa.dev/spec/v1.0/verification_summary). */
export const SUMMARY_TYPE = 'https://slsa.dev/verification_summary/v1'
export const BUILD_RECORD_TYPE = 'https://bulkhead.dev/build-record/v1'
