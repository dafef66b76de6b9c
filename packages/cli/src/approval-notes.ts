import type { CheckResult } from '@bulkhead/release'
import { printable } from '@bulkhead/vocabulary'

/** Lines that say which findings somebody waived, and which approvals count for nothing. */
export const approvalNotes = ({
  waived,
  notCounted,
}: Pick<CheckResult, 'waived' | 'notCounted'>): readonly string[] => [
  ...waived.map(
    ({ code, subject, approver, expires }) =>
      `WAIVED by ${printable(approver, 100)} until ${expires}: ${code}  ${printable(subject, 200)}`,
  ),
  ...notCounted.map(
    ({ code, subject, message }) =>
      `note: ${code}  ${printable(subject, 200)}: ${printable(message, 300)}`,
  ),
]
