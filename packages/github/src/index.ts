export { type GitData, type TreeChange, gitData } from './git-data.ts'
export { type PublishedKeys, fetchPublishedKeys } from './published-keys.ts'
export { type ServerEnvironment, apiAddressOf } from './api-address.ts'
export { type Answer, type GithubApi, openGithubApi } from './api-client.ts'
export type { ApiOptions, Patience } from './api-options.ts'
export {
  type ArchiveEntry,
  type ArchiveLimits,
  type ArchiveReading,
  readArchive,
} from './artifact-archive.ts'
export { BRIEFLY } from './patient-request.ts'
export type { FileBlobs, RunQuestion, VouchingJob } from './run-checks.ts'
export { type RunEvidence, recordLine, resolveRunEvidence } from './run-evidence.ts'
export { type Admission, admitEvent, requireWritersEvent } from './event-admission.ts'
export { DeploymentTeller, type DeploymentState } from './deployments.ts'
export {
  type ForgeWord,
  type ForgeWords,
  type WordsQuestion,
  readForgeWords,
} from './forge-words.ts'
export { type KeptIssue, keepIssue } from './kept-issue.ts'
export { type ProposedMerge, proposeMerge } from './proposed-merge.ts'
export { type Comment, type WorkflowStart, readComment, startWorkflow } from './comment.ts'
