export { type AddedSigner, addSigner, readKeyFile } from './add-signer.ts'
export {
  type ApprovalRequest,
  type MadeApproval,
  approveAmendment,
  keepApproval,
} from './approvals.ts'
export { auditLedger } from './audit-ledger.ts'
export { type PolicyAudit, auditByPolicy, auditMirror } from './ledger-audit.ts'
export { proveByPolicy, witnessLedger } from './ledger-proof.ts'
export { type LedgerQuestion, verifierByNow } from './ledger-question.ts'
export {
  type RecordRequest,
  acknowledgeVoided,
  annotateEntry,
  beatLedger,
  breakLease,
  correctClock,
  mirrorLedger,
  revokeKey,
  rotateKey,
} from './ledger-entries.ts'
export { type ExportedLedger, exportLedger } from './export-ledger.ts'
export { outputFile, outputFolder } from './output-file.ts'
export { type BuildRequest, buildRelease } from './build-release.ts'
export { type CheckRequest, type CheckResult, checkHead } from './check-head.ts'
export {
  type FleetRequest,
  environmentTarget,
  runEnvironmentFleet,
  startEnvironmentFleet,
  stopEnvironmentFleet,
} from './environment-target.ts'
export {
  type AttestationFiles,
  type GateRequest,
  type GatedRelease,
  type ReportedRelease,
  gateRelease,
  reportRelease,
} from './gate-release.ts'
export { type Initialised, initialise } from './initialise.ts'
export { installPrePushHook } from './install-hook.ts'
export {
  type InventoryComparison,
  type InventoryRequest,
  compareInventories,
  writeInventories,
} from './inventories.ts'
export { type Keyring, parseKeyring } from './keyring.ts'
export { type PartOptions, type PartTexts, parsePartOptions, parseRun } from './part-options.ts'
export type { BreakOrder } from './deploy/deployment.ts'
export { type PlanForRequest, planFor } from './plan-for.ts'
export { type WatchedRelease, watchShipped } from './watch-shipped.ts'
export {
  type SteerResult,
  abortRollout,
  pauseRollout,
  resumeRollout,
  rollBackRelease,
} from './steer-rollout.ts'
export { type RunSuitesRequest, type SuiteRun, type Vouching, runSuites } from './run-suites.ts'
export { type ServeSuitesRequest, serveSuites } from './serve-suites.ts'
export { shipRelease } from './ship-release.ts'
export type { ShipRequest, ShipResult } from './ship-request.ts'
export { type SignersResult, listSigners } from './signers.ts'
export { type EnvironmentStatus, statusOf } from './status.ts'
export { findTrustedBase, pinnedGenesis } from './trusted-ref.ts'
export { type GithubEvent, readEventFile } from './github-event.ts'
export {
  type CommitsSummary,
  type CommitsVerdict,
  type VerifyCommitsRequest,
  judgeCommits,
  verifyCommits,
} from './verify-commits.ts'
export { type PushJudgement, parsePushedRefs, verifyPush } from './verify-push.ts'
export { type VerifyTagRequest, verifyTag } from './verify-tag.ts'
export {
  type ReleaseVerification,
  type VerifyReleaseRequest,
  verifyRelease,
} from './verify-release.ts'
export { onlyEnvironment, workingPolicy, worktreePolicy } from './working-policy.ts'
export {
  KEY_ROLES,
  type Workspace,
  keysDirectory,
  openWorkspace,
  suitesDirectory,
} from './workspace.ts'
export type { Loosening } from '@bulkhead/policy'
export { approvePolicyChange } from './policy-approval.ts'
export { approveWaiver } from './waivers.ts'
export { type ShiftRequest, shiftZone } from './zones/shift-zone.ts'
export { restoreZone } from './zones/restore-zone.ts'
export type { ZoneRequest, ZoneResult } from './zones/zone-request.ts'
export { type QueueView, addToQueue, readQueue, removeFromQueue } from './queue/release-queue.ts'
export { type QueuedShipResult, shipQueued } from './queue/ship-queued.ts'
export type { WorkflowEvidence } from './forge-word.ts'
export { recordLine } from '@bulkhead/github'
export type { ShipHotfixRequest } from './hotfix/before-hotfix.ts'
export { type ShipHotfixResult, shipHotfix } from './hotfix/ship-hotfix.ts'
export { type AgreedPlanSource, agreedPlan } from './hotfix/agreed-plan.ts'
export type { Conclusion } from './hotfix/conclude-hotfix.ts'
export { type ToldEnd, type WrittenPage, withRolloutPage } from './rollout-report.ts'
export { approveHotfix, recordApproval } from './hotfix/approve-hotfix.ts'
export { declareHotfix } from './hotfix/declare-hotfix.ts'
export { chosenHotfix, openHotfix } from './hotfix/hotfix-access.ts'
export { type HotfixStatus, hotfixStatus, hotfixTexts } from './hotfix/hotfix-status.ts'
export { refuseHotfix } from './hotfix/judge-hotfix.ts'
export type { HotfixForge } from './hotfix/forge-approvals.ts'
export { type CollectedApprovals, recordForgeApprovals } from './hotfix/record-forge-approvals.ts'
export { type DrillResult, drillHotfix } from './hotfix/drill-hotfix.ts'
export { writeIncident } from './hotfix/incident.ts'
export { moveHotfix } from './hotfix/move-hotfix.ts'
export { acknowledgeHotfix, pageUntilAcknowledged } from './hotfix/page-hotfix.ts'
export { approveReopening } from './hotfix/refuse-reopening.ts'
export { type Repaid, closeHotfix, repayDebt } from './hotfix/repay-debt.ts'
export { openWhenTime } from './hotfix/sealed-facts.ts'
export { branchFrom } from './hotfix/tag-hotfix.ts'
export { isIdle, tellQueued, tellShipped } from './told-ship.ts'
export { type Agreement, agreementIfAny, findAgreement } from './forge/agreement.ts'
export { type CareRequest, type Cared, careAfter } from './forge/care-after.ts'
export { type GithubAccess, openGithubAccess } from './forge/github-access.ts'
export { type Incident, keepIncident, keepIncidentOrOwe } from './forge/keep-incident.ts'
export { progressLines } from './progress-lines.ts'
