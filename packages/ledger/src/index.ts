export { type AuditEnd, type AuditRequest, type LogSource, auditLog } from './audit/audit-log.ts'
export { type ProofJudgement, judgeEntryProof, proveEntry } from './audit/entry-proof.ts'
export {
  claimedCheckpoint,
  isSignedByPolicy,
  logAt,
  newestCheckpoint,
  openKnownCheckpoint,
} from './audit/known-checkpoint.ts'
export { withKeysOf } from './audit/known-keys.ts'
export {
  type VerifierPolicy,
  parseVerifierPolicy,
  plainPolicy,
  writeVerifierPolicy,
} from './audit/verifier-policy.ts'
export { type EntryLanes, lanesWhenLong, openLanes } from './audit/entry-lanes.ts'
export type { EntryReader } from './audit/entry-reader.ts'
export { parseLogKey } from './key-entries.ts'
export { missingLedger } from './ledger-findings.ts'
export { MAX_ENTRY_BYTES, sealEntry } from './entry-form.ts'
export { MAX_SAVED_BYTES, readSavedAudit, writeSavedAudit } from './audit/saved-audit.ts'
export { ENTRY_KINDS } from './entry.ts'
export { KINDS } from './kinds.ts'
export { CHANGE_HEADER, type Change, changeLine, changesOf } from './read/change-population.ts'
export { cloudEventOf } from './read/cloud-events.ts'
export {
  MAX_SNAPSHOT_BYTES,
  Reconciliation,
  type RuntimeSnapshot,
  parseSnapshot,
} from './read/reconciliation.ts'
export { type EntryFilter, entryFilter } from './read/entry-filter.ts'
export { type Reservations, isMisdated, isVoided } from './read/reservations.ts'
export { isMirror, mirrorLog } from './mirror/mirror-log.ts'
export { writeMirror } from './mirror/write-mirror.ts'
export type {
  Actor,
  EntryDraft,
  EntryKind,
  EntryOnRecord,
  LedgerEntry,
  ReleaseOnRecord,
} from './entry.ts'
export { EnvironmentFold, foldEnvironment } from './state/environment-fold.ts'
export type {
  EnvironmentState,
  GoodRelease,
  LeaseOnRecord,
  RolloutOnRecord,
  VerdictOnRecord,
} from './state/environment-state.ts'
export { type GitLedgerStoreOptions, gitLedgerStore } from './git-store/git-ledger-store.ts'
export type { Lease, LeaseOutcome } from './lease.ts'
export type { LeaseRequest } from './lease-decision.ts'
export type {
  AppendOutcome,
  AppendRequest,
  LedgerStore,
  StorePosition,
  StoredEntry,
} from './ledger-store.ts'
export type { EntryJudgement, LedgerIdentity, LedgerTrust } from './log-chain.ts'
export { type Ledger, type OpenLedgerOptions, openLedger } from './open-ledger.ts'
export {
  type LedgerEnd,
  type LedgerVerification,
  type VerifyLedgerRequest,
  judgeLedger,
  verifyLedger,
} from './verify-ledger.ts'
export { type StoreAddress, openStore } from './store-address.ts'
export { logNoteKeys, sealLogCheckpoint } from './stored-tree.ts'
export { noteKey, witnessKey, writeVerifierKey } from './tlog/note-key.ts'
export { TiledTree } from './tlog/tiled-tree.ts'
export { witnessMemoryIn } from './witness/witness-memory.ts'
export { withCosignature, witnessCheckpoint } from './witness/witness.ts'
export type { ShiftOnRecord } from './zones/zone-on-record.ts'
export type { QueueOnRecord, QueuedRelease, Train } from './queue/queue-on-record.ts'
export type {
  DebtOnRecord,
  HotfixApprovalOnRecord,
  HotfixFacts,
  HotfixOnRecord,
  Mark,
  Severity,
} from './hotfix/hotfix-on-record.ts'
export { SEVERITIES } from './hotfix/hotfix-on-record.ts'
export { sealFacts } from './hotfix/hotfix-data.ts'
