export { type Denial, deniesForGood } from './denial.ts'
export type {
  Amendment,
  BuildEvidence,
  FileState,
  GateInput,
  RunEvidence,
  SuiteEvidence,
  VouchedBuild,
} from './evidence.ts'
export { judge } from './judge.ts'
export type { SuiteUnderJudgement } from './judged-suite.ts'
export { judgeSuite } from './suite-judgement.ts'
export type { ArtifactBinding, Verdict, VerdictBindings } from './verdict.ts'
