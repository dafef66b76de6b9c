export {
  APPROVAL_NAMESPACE,
  type Approvable,
  type Approval,
  type HotfixSubject,
  type ReopeningSubject,
} from './approval.ts'
export { agreementLine, hasAgreement } from './agreement-line.ts'
export { type OpenedApproval, approvalFile, bytesToSign, openApproval } from './approval-file.ts'
