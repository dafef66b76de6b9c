import { reasonsOf } from './reason.ts'

export const githubReasons = reasonsOf({
  'github/failed': {
    cause: "GitHub's API could not be reached, or answered in a way that nothing can be made of.",
    remedy: 'Try again later. Nothing that GitHub did not say is ever assumed.',
  },
  'github/rate-limited': {
    cause: 'GitHub answers no more requests of this token for now.',
    remedy: 'Run the step again later, or with a token that has a limit of its own.',
  },
  'github/forbidden': {
    cause: 'GitHub refuses what it was asked: the token may not read it.',
    remedy: 'Give the job `actions: read`, `checks: read` and `contents: read`.',
  },
  'github/unknown-server': {
    cause: 'The addresses of GitHub that the runner gives do not belong together.',
    remedy: 'Leave `GITHUB_SERVER_URL` and `GITHUB_API_URL` as the runner sets them.',
  },
  'github/refused-event': {
    cause: 'The workflow was started by an event for which nothing may be attested.',
    remedy:
      'Run the gate on push, merge_group, workflow_dispatch, schedule, deployment or release.',
  },
  'github/wrong-run': {
    cause:
      'The run that the evidence is of is not one that the policy lets vouch: another repository, commit, attempt, event or workflow, or a fork.',
    remedy: 'Judge a run of the workflow that the trusted policy names, on exactly this commit.',
  },
  'github/changed-workflow': {
    cause:
      'The commit carries another version of the workflow that runs its tests than the trusted ref, or the workflow calls one that can be moved.',
    remedy:
      'Release the change of the workflow by itself, with a run record that a key vouches for, and call workflows of other repositories by commit id.',
  },
  'github/job-unfinished': {
    cause: 'A job that should vouch for run records still runs, or is not there.',
    remedy: 'Let the gate need that job (`needs:`), and name it as GitHub shows it.',
  },
  'github/job-not-green': {
    cause: 'A job that should vouch for run records did not succeed.',
    remedy: 'Mend the job and run all jobs of the workflow again.',
  },
  'github/wrong-check': {
    cause: "A job's check run, check suite and workflow run do not belong together.",
    remedy: 'Check `app-id` under `keys.voucher`, and run all jobs of the workflow again.',
  },
  'github/missing-check': {
    cause:
      'GitHub has no check of a job that ended, or does not show it to this token. Both look alike.',
    remedy: 'Give the job of the gate `checks: read`, and judge again.',
  },
  'github/wrong-artifact': {
    cause:
      'An artifact with run records is not one that this run made, or not the bytes that were uploaded.',
    remedy: 'Run all jobs of the workflow again, each with an artifact name of its own.',
  },
  'github/unsafe-archive': {
    cause: 'An artifact is no archive that every reader would unpack alike, or holds other files.',
    remedy: 'Upload the folder of run records as `test-suite` gives it, and nothing else.',
  },
  'github/archive-limits': {
    cause: 'An artifact has more files, or unpacks to more bytes, than is read.',
    remedy: 'Split the suite into shards.',
  },
  'github/duplicate-entry': {
    cause: 'One file comes twice, so that nobody can say which was meant.',
    remedy: 'Give each job an artifact name of its own, and upload each part of a suite once.',
  },
})
