import { reasonsOf } from './reason.ts'

export const hotfixReasons = reasonsOf({
  'hotfix/too-few-approvals': {
    cause: 'Fewer people than the policy demands agree to exactly this hotfix.',
    remedy:
      'Have others approve: `bulkhead hotfix approve`. `bulkhead hotfix status` says who counts.',
  },
  'hotfix/approval-void': {
    cause: 'An approval is about another commit, other artifacts, another plan or another hotfix.',
    remedy: 'Have it given again for what ships now: `bulkhead hotfix approve`.',
  },
  'hotfix/approval-expired': {
    cause: 'An approval of a hotfix is over, or its writer’s clock is ahead.',
    remedy:
      'Have it given again: `bulkhead hotfix approve`; set the clock right where it was made.',
  },
  'hotfix/approval-refused': {
    cause: 'An approval cannot be read, or who gave it may not approve (any more).',
    remedy: 'Have a person approve whom the trusted ref allows: `bulkhead hotfix approve`.',
  },
  'hotfix/refused-comment': {
    cause:
      'A `/hotfix` comment is no order, was edited, is old, or is of somebody who may not write.',
    remedy:
      'Write a new comment of one line, such as `/hotfix status` or `/hotfix ship 42`; or start the workflow by its form.',
  },
  'hotfix/self-approval': {
    cause:
      'Somebody with a hand in the hotfix approved it: author, co-author, committer, signer, or who pushed last.',
    remedy: 'Have somebody else approve.',
  },
  'hotfix/approved-by-trigger': {
    cause: 'Who declared the hotfix approved it too.',
    remedy: 'Have somebody else approve.',
  },
  'hotfix/not-a-person': {
    cause: 'A bot or the forge approved a hotfix.',
    remedy: 'Have a person approve.',
  },
  'hotfix/same-person': {
    cause: 'One person approved twice, perhaps from another account.',
    remedy: 'Have a second person approve.',
  },
  'hotfix/unknown-trigger': {
    cause:
      'Who declared the hotfix is nobody whom the trusted ref knows, so nobody can be told apart from them.',
    remedy:
      'Name the person under `signing.principals` with the address that they declare with (`git config user.email`), or have somebody known declare it.',
  },
  'hotfix/unknown': {
    cause: 'There is no such hotfix, none is open, or several are.',
    remedy: 'See `bulkhead hotfix status`; name one with --hotfix N, or declare one.',
  },
  'hotfix/not-from-deployed': {
    cause: 'The commit of a hotfix does not contain what is deployed.',
    remedy: 'Cut it from the deployed commit: `bulkhead hotfix branch`.',
  },
  'hotfix/no-advisory': {
    cause: 'A hotfix names no advisory: the lane is for security fixes.',
    remedy: 'Name it: `--advisory GHSA-…`; anything else takes the standard lane.',
  },
  'hotfix/too-large': {
    cause: 'A hotfix changes more than the policy allows, or a file whose change nobody can read.',
    remedy: 'Leave in it only the fix and its test; the rest takes the standard lane.',
  },
  'hotfix/fixed-commit': {
    cause: 'Another commit is put in the place of a hotfix that is out or closed.',
    remedy: 'Declare another hotfix on top of it: `bulkhead hotfix declare`.',
  },
  'hotfix/drill-disturbs': {
    cause:
      'A drill of the hotfix lane would overtake a real rollout, or stand in the way of a fix.',
    remedy: 'Drill when nothing else is on its way: `bulkhead status`.',
  },
  'hotfix/not-a-drill': {
    cause: 'A drill of the hotfix lane changes files: what ships as a drill is never reviewed.',
    remedy: 'Drill with an empty commit: `bulkhead hotfix drill`; or declare a hotfix.',
  },
  'hotfix/foreign-path': {
    cause: 'A hotfix touches a file that the policy does not let hotfixes touch.',
    remedy: 'Take the change out; it takes the standard lane.',
  },
  'hotfix/quota': {
    cause: 'More hotfixes were declared in seven days than the policy allows.',
    remedy: 'Ship by the standard lane; a change of `hotfix.quota` needs its approvals.',
  },
  'hotfix/fix-lost': {
    cause: 'A release lacks a hotfix that is out: shipping it would reopen what was fixed.',
    remedy: 'Merge the hotfix into it (or cherry-pick it whole), and build again.',
  },
  'hotfix/regression-test-lost': {
    cause: 'A release does not list the regression test of a hotfix that is out.',
    remedy: 'List the test in the inventory of its mandatory suite again, and let it pass.',
  },
  'hotfix/reopens': {
    cause: 'Going back would take a hotfix out again.',
    remedy:
      'Go forward instead; or have two people agree to reopen it: `bulkhead hotfix reopen`, then go back.',
  },
  'hotfix/overdue-debt': {
    cause:
      'A hotfix owes something for longer than the policy allows; the standard lane waits for it.',
    remedy: 'Repay it: `bulkhead hotfix status` says how.',
  },
  'hotfix/debt-open': {
    cause: 'A hotfix cannot be closed while it owes something.',
    remedy: 'Repay it: `bulkhead hotfix status` says how.',
  },
  'hotfix/back-merge-conflict': {
    cause: 'The hotfix cannot be merged back without a person: the debt stays.',
    remedy: 'Merge it by hand, and say so: `bulkhead hotfix repay back-merge`.',
  },
  'hotfix/not-everywhere': {
    cause: 'A hotfix was rolled out, and some unit does not say that it runs it.',
    remedy: 'Look at the units (`bulkhead status`); then run `bulkhead hotfix ship` again.',
  },
  'hotfix/proof-not-failing': {
    cause: 'The proof command passes on what runs before the hotfix, or cannot tell.',
    remedy: 'Mend `hotfix.proof` until it exits with 1 on what runs now.',
  },
  'hotfix/proof-failing': {
    cause: 'The fix is everywhere and the proof command still gets in, or cannot tell.',
    remedy:
      'Declare another hotfix on top of this one; or mend the command and run `bulkhead hotfix ship` again.',
  },
})
