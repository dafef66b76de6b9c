import { defineAction } from '@bulkhead/action-kit'

export const action = defineAction({
  name: 'signed-commits',
  inputs: {
    range: {
      kind: 'text',
      default: 'HEAD',
      description: 'BASE..HEAD, or HEAD alone to start after the trusted ref.',
    },
    'trusted-ref': {
      kind: 'text',
      description: 'The commit whose policy and signers count. For a pull request, its base.',
    },
    genesis: {
      kind: 'text',
      description: 'The commit from which judging starts, needed where no trusted-ref is given.',
    },
    'policy-file': {
      kind: 'path',
      description: 'A policy outside of the repository, trusted because you name it here.',
    },
  },
  outputs: {
    verdict: {
      description: 'PASS, BLOCK, or ERROR when no judgement was reached.',
      unanswered: { denied: 'BLOCK', error: 'ERROR' },
    },
    commits: {
      description: 'The number of commits judged, in decimal digits.',
      unanswered: { denied: '0', error: '0' },
    },
    base: { description: 'The full id of the commit after which judging started.' },
    head: { description: 'The full id of the last commit judged.' },
  },
})
