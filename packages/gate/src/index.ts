export { type Denial, RECORDED_SUBJECT, deniesForGood } from './denial.ts'
export type {
  Amendment,
  BuildEvidence,
  FileState,
  GateInput,
  RunEvidence,
  SuiteEvidence,
  VouchedBuild,
} from './evidence.ts'
export { type PolicyApproval, type PolicyChange, judgePolicyChange } from './policy-change.ts'
export { findingsOfRange, judgeOwnSigners } from './own-signers.ts'
export { suitesInForce } from './rules-in-force.ts'
export { judge } from './judge.ts'
export type { SuiteUnderJudgement } from './judged-suite.ts'
export { type WaivedFinding, type Waiver, judgeWaivers, waive } from './waiver.ts'
export { judgeSuite } from './suite-judgement.ts'
export type { ArtifactBinding, Verdict, VerdictBindings } from './verdict.ts'
