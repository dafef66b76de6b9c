export type { BuildEvidence, GateInput, SuiteEvidence, VouchedBuild } from './evidence.ts'
export { judge } from './judge.ts'
export { type SuiteUnderJudgement, judgeSuite } from './suite-judgement.ts'
export type { ArtifactBinding, Verdict, VerdictBindings } from './verdict.ts'
