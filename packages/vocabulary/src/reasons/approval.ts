import { reasonsOf } from './reason.ts'

export const approvalReasons = reasonsOf({
  'approval/malformed': {
    cause: 'An approval is not what `bulkhead approve` writes.',
    remedy: 'Have it made again: `bulkhead approve`.',
  },
  'approval/wrong-repository': {
    cause: 'An approval was given for another repository.',
    remedy: 'Have it made in a clone of this repository, with the same genesis pinned.',
  },
  'approval/expired': {
    cause: 'An approval was given for a time that is over, or that has not begun.',
    remedy: 'Have it made again: `bulkhead approve`.',
  },
  'approval/unknown-approver': {
    cause: 'Nobody whom the trusted ref allows to approve signed an approval.',
    remedy:
      'Have a person approve whose line in the allowed signers has `namespaces="git,bulkhead-approval"`.',
  },
  'approval/not-a-person': {
    cause: 'A bot or the forge signed an approval.',
    remedy: 'Have a person approve.',
  },
  'approval/waiver-not-counted': {
    cause:
      'A waiver is not for this: for a mandatory suite, another finding, another commit, over, or by somebody with a hand in the release.',
    remedy:
      'Mend what blocks; or have somebody else waive exactly this finding: `bulkhead approve waiver`.',
  },
})
