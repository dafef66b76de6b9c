export { RECORDED_SUBJECT, deniesForGood } from './denial.ts'
export type {
  Amendment,
  BuildEvidence,
  Denial,
  FileState,
  GateInput,
  PolicyApproval,
  PolicyChange,
  RunEvidence,
  SuiteEvidence,
  VouchedBuild,
  Waiver,
} from './evidence.ts'
export { judgePolicyChange } from './policy-change.ts'
export { findingsOfRange, judgeOwnSigners } from './own-signers.ts'
export { suitesInForce } from './rules-in-force.ts'
export { judge } from './judge.ts'
export type { SuiteUnderJudgement } from './judged-suite.ts'
export { judgeWaivers, waive } from './waiver.ts'
export { judgeSuite } from './suite-judgement.ts'
export type { ArtifactBinding, Verdict, VerdictBindings, WaivedFinding } from './verdict.ts'
