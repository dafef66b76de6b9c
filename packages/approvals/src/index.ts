export { APPROVAL_NAMESPACE, type AmendmentSubject, type Approval } from './approval.ts'
export { type OpenedApproval, approvalFile, bytesToSign, openApproval } from './approval-file.ts'
