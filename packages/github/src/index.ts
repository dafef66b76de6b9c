export { type GitData, type TreeChange, gitData } from './git-data.ts'
export { type PublishedKeys, fetchPublishedKeys } from './published-keys.ts'
export { type ServerEnvironment, apiAddressOf } from './api-address.ts'
export { type Answer, type ApiOptions, type GithubApi, openGithubApi } from './api-client.ts'
export {
  type ArchiveEntry,
  type ArchiveLimits,
  type ArchiveReading,
  readArchive,
} from './artifact-archive.ts'
export { BRIEFLY, type Patience } from './patient-request.ts'
export type { FileBlobs, RunQuestion, VouchingJob } from './run-checks.ts'
export { type RunEvidence, recordLine, resolveRunEvidence } from './run-evidence.ts'
export { type Admission, admitEvent, requireWritersEvent } from './event-admission.ts'
export { DeploymentTeller, type DeploymentState } from './deployments.ts'
