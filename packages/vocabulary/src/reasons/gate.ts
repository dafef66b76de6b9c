import { reasonsOf } from './reason.ts'

export const gateReasons = reasonsOf({
  'gate/missing-run': {
    cause: 'No run record vouches for a suite of this commit.',
    remedy: 'Run the suite: `bulkhead test --suite NAME`.',
  },
  'gate/blind-format': {
    cause:
      'The reports of a mandatory suite do not show retries, and nothing proves that the runner had them off.',
    remedy:
      'Add `retries: { off-by: [ARGUMENT] }` to the suite in `bulkhead.yml` and the argument to its `command`, or `retries: { none-in-runner: true }` where the runner cannot retry.',
  },
  'gate/missing-report': {
    cause: 'A report that the run record names is not among the evidence.',
    remedy: 'Run the suite again: `bulkhead test --suite NAME`.',
  },
  'gate/changed-report': {
    cause:
      'A report differs from the one that the run record vouches for, or nobody vouches for it.',
    remedy: 'Run the suite again: `bulkhead test --suite NAME`.',
  },
  'gate/duplicate-report': {
    cause: 'The same report is among the evidence twice, so its tests would count twice.',
    remedy: 'Remove the copy; check that two `reports` patterns do not match one file.',
  },
  'gate/missing-shard': {
    cause: 'A shard or a leg that the policy declares did not run, or nobody vouches for it.',
    remedy:
      'Run it, in the same run as the others: `bulkhead test --suite NAME --leg L --shard I/N`.',
  },
  'gate/duplicate-shard': {
    cause:
      'Two run records are of the same shard of the same leg, so one of them is chosen by nobody.',
    remedy: 'Keep the evidence of one run; run the suite again.',
  },
  'gate/shard-mismatch': {
    cause:
      'The parts of a suite do not make one whole: another number of shards, a leg that is not declared, another run or attempt.',
    remedy: 'Run all parts in one run, split as the policy of the trusted ref says.',
  },
  'gate/replayed-run': {
    cause: 'Two run records carry one nonce, so one of them is a copy of the other.',
    remedy: 'Run every part for itself.',
  },
  'gate/wrong-run': {
    cause: 'The evidence is of another run or attempt than the one that is judged.',
    remedy: 'Run the suites in this run.',
  },
  'gate/unvouched-run': {
    cause: 'A run record is not signed by a voucher whom the trusted ref names.',
    remedy: 'Run the suite under the voucher that the policy names.',
  },
  'gate/wrong-commit': {
    cause: 'The evidence is about another commit.',
    remedy: 'Run the suite on the commit that is to ship.',
  },
  'gate/command-mismatch': {
    cause: 'The suite was run by another command than the policy names.',
    remedy: 'Run `bulkhead test --suite NAME` without a command of your own.',
  },
  'gate/exit-code': {
    cause: 'The command of a suite did not exit with 0, whatever its reports say.',
    remedy: 'Read the output of the run; mend what failed.',
  },
  'gate/failed-test': {
    cause: 'A test failed.',
    remedy: 'Mend the code or the test; a mandatory suite can never be waived.',
  },
  'gate/skipped-test': {
    cause: 'A test of a mandatory suite was skipped.',
    remedy: 'Take the skip out and run the suite again.',
  },
  'gate/flaky-test': {
    cause: 'A test has several results in one run.',
    remedy: 'Give tests names of their own, and mend what passes only at times.',
  },
  'gate/missing-test': {
    cause: 'A test that the inventory requires did not run.',
    remedy: 'Bring the test back; removing one needs an approved amendment.',
  },
  'gate/unlisted-test': {
    cause: 'A test of a mandatory suite ran that the inventory does not list.',
    remedy: 'Add it: `bulkhead inventory update --suite NAME`, and commit.',
  },
  'gate/missing-inventory': {
    cause: 'A mandatory suite has no inventory.',
    remedy: 'Write it: `bulkhead inventory update --suite NAME`, and commit.',
  },
  'gate/invalid-inventory': {
    cause: 'An inventory cannot be read.',
    remedy: 'Write it anew: `bulkhead inventory update --suite NAME`.',
  },
  'gate/stale-inventory': {
    cause: 'An inventory gives another digest of a test file than the file has in the commit.',
    remedy: 'Write it anew: `bulkhead inventory update --suite NAME`, and commit.',
  },
  'gate/inventory-shrunk': {
    cause:
      'The inventory of the commit no longer lists a test or a test file that the trusted ref lists. Released, it would let the test go unseen.',
    remedy:
      'List it again, or have somebody else approve the change of the inventory: `bulkhead approve amendment`.',
  },
  'gate/edited-test-file': {
    cause:
      'A listed test file of a mandatory suite was edited or removed, and nobody but its editors approved that.',
    remedy:
      'Take the change back and put new tests into a new file, or have somebody else approve: `bulkhead approve amendment`.',
  },
  'gate/no-tests': {
    cause: 'A suite ran no tests.',
    remedy: 'Check the command: a suite that runs nothing proves nothing.',
  },
  'gate/unbound-artifact': {
    cause: 'No build record by a trusted builder binds the artifact to the commit.',
    remedy: 'Build it with `bulkhead build`.',
  },
  'gate/changed-artifact': {
    cause: 'An artifact differs from the one that the build record binds.',
    remedy: 'Build again: `bulkhead build`.',
  },
  'gate/unusable-policy': {
    cause: 'The policy that the commit carries could not judge the release after it.',
    remedy: 'Mend the policy and the files that it names in the commit that is to ship.',
  },
  'gate/policy-loosened': {
    cause:
      'The commit loosens the policy, or changes who may sign or which keys count, and too few people without a hand in it have approved that.',
    remedy:
      'Take the change back, or have somebody else approve exactly it: `bulkhead approve policy-change`.',
  },
  'gate/denied-before': {
    cause:
      'A verdict about this commit and its artifacts was BLOCK before, for something that was seen.',
    remedy: 'Mend the cause in a new commit: a denial stands until the subject changes.',
  },
  'gate/not-judged': {
    cause: 'Something that must be judged was not.',
    remedy: 'Run `bulkhead gate` again; if it stays, report a bug.',
  },
})
