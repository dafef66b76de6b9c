import { defineAction } from '@bulkhead/action-kit'

export const action = defineAction({
  name: 'release-gate',
  privileged: true,
  inputs: {
    genesis: {
      kind: 'text',
      required: true,
      description:
        'The commit from which judging starts, pinned in the workflow and never read from what is judged.',
    },
    environment: {
      kind: 'text',
      description:
        'The environment that the release is for; the only one of the policy when not given.',
    },
    commit: { kind: 'text', default: 'HEAD', description: 'The commit to judge.' },
    'pull-request-heads': {
      kind: 'lines',
      description:
        'Heads of pull requests that the forge may have squashed, one a line. Each is judged too.',
    },
    'keys-file': {
      kind: 'path',
      description:
        'A file with private keys of gate and ledger in PEM, where neither Sigstore nor a key service signs.',
    },
    'github-token': {
      kind: 'secret',
      description:
        'A token with `actions: read`, `checks: read` and `contents: read`, where the policy lets a job vouch for run records.',
    },
  },
  outputs: {
    verdict: {
      description: 'PASS, BLOCK, or ERROR when no judgement was reached.',
      unanswered: { denied: 'BLOCK', error: 'ERROR' },
    },
    commit: { description: 'The full id of the commit that was judged.' },
    attestation: { description: 'The path of the signed verdict.' },
    'verification-summary': {
      description:
        'The path of the signed verification summary, which names the verdict by digest.',
    },
    'expires-at': { description: 'When the verdict ceases to stand, ISO 8601 in UTC.' },
  },
})
