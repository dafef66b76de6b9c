export {
  APPROVAL_NAMESPACE,
  type Approvable,
  type Approval,
  type HotfixSubject,
} from './approval.ts'
export { type OpenedApproval, approvalFile, bytesToSign, openApproval } from './approval-file.ts'
