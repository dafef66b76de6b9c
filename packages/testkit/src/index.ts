export { succeed } from './command.ts'
export { type GpgHome, gpgIsInstalled, makeGpgHome } from './gpg-home.ts'
export { type CommitRequest, type GitFixture, makeRepository } from './git-fixture.ts'
export {
  type Fault,
  GITHUB_TOKEN,
  type GithubServer,
  type SeenRequest,
  startGithub,
} from './github/github-server.ts'
export type { GithubWorld, Overlay } from './github/github-world.ts'
export {
  ACTIONS_BOT,
  REPOSITORY_ID,
  type StoredAccount,
  type StoredIssue,
  type StoredPull,
  type StoredReview,
} from './github/collaboration.ts'
export {
  ACTIONS_APP,
  STAGED,
  type StagedJob,
  type StagedRun,
  type WorldOfRuns,
  stageRun,
} from './github/workflow-run.ts'
export { zipFiles, zipFolder } from './github/zip-folder.ts'
export { type KmsServer, type KmsTrouble, startKms } from './kms-server.ts'
export { type OpenPgpKeyType, makeOpenPgpSigner } from './openpgp-signer.ts'
export { plainName } from './plain-name.ts'
export { type Person, type SshKeyType, allowedSigners, makePerson } from './person.ts'
export { type TemporaryDirectory, temporaryDirectory } from './temporary.ts'
export { type SigstoreInstance, type WorkflowClaims, startSigstore } from './sigstore-instance.ts'
export { type SignedHistory, type SignedHistoryRequest, signedHistory } from './signed-history.ts'
export { type SshSignOptions, type SshSigner, makeSshSigner, strings } from './ssh-signer.ts'
export {
  type SecurityKey,
  type SecurityKeySignOptions,
  type SecurityKeyType,
  makeSecurityKey,
} from './security-key.ts'
