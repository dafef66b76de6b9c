export { type ClockStep, type HotfixClock, clockOf, lateSteps } from './clock.ts'
export { type OpenDebt, openDebts, refuseOverdue, refuseUnreviewed, repayCommand } from './debts.ts'
export {
  type ApprovalJudgement,
  type ApprovalQuestion,
  type GivenApproval,
  SKEW,
  judgeApprovals,
  judgeReopening,
} from './judge-approvals.ts'
export { type ChangedFile, judgeChange, judgeLane } from './judge-change.ts'
export {
  type DescentFact,
  type RegressionTest,
  bindingFixes,
  judgeDescent,
  reopenedBy,
} from './judge-descent.ts'
export { type Incident, renderIncidentPage } from './page/incident-page.ts'
export { principalBehind, pseudonymOf } from './person.ts'
export { type NextStep, nextSteps } from './next-steps.ts'
export { type PostMortemSource, customerNotice, postMortem, spanText } from './post-mortem.ts'
export { type ForgeWord, type ForgeWordQuestion, readForgeWord } from './read-forge-word.ts'
export { type CommentOrder, orderIn } from './comment-order.ts'
export { type IncidentSource, incidentText, incidentTitle } from './incident-text.ts'
