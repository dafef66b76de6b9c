import { defineAction } from '@bulkhead/action-kit'

export const action = defineAction({
  name: 'signed-commits',
  inputs: {
    range: {
      kind: 'text',
      description:
        'BASE..HEAD, or HEAD alone to start after the trusted ref. Default: what the event brought.',
    },
    'trusted-ref': {
      kind: 'text',
      description:
        'The commit whose policy and signers count. Default: the base of the pull request or merge group, or what a push builds on.',
    },
    genesis: {
      kind: 'text',
      description: 'The commit from which judging starts, needed where no trusted-ref is given.',
    },
    'policy-file': {
      kind: 'path',
      description: 'A policy outside of the repository, trusted because you name it here.',
    },
    'pull-request-heads': {
      kind: 'lines',
      description:
        'Heads of pull requests that the forge may have squashed, one a line. Each is judged too.',
    },
  },
  outputs: {
    verdict: {
      description:
        'PASS, BLOCK, EMPTY when there was no commit to judge, or ERROR when no judgement was reached.',
      unanswered: { denied: 'BLOCK', error: 'ERROR' },
    },
    commits: {
      description: 'The number of commits judged, in decimal digits.',
      unanswered: { denied: '0', error: '0' },
    },
    blocked: {
      description: 'The number of commits among them that are blocked, in decimal digits.',
      unanswered: { denied: '0', error: '0' },
    },
    report: {
      description:
        'Path of a JSON file on the runner: verdict, range, counts, and every commit with its findings.',
    },
    base: { description: 'The full id of the commit after which judging started.' },
    head: { description: 'The full id of the last commit judged.' },
  },
})
