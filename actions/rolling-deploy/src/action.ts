import { defineAction } from '@bulkhead/action-kit'

export const action = defineAction({
  name: 'rolling-deploy',
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
      description: 'The environment to deploy to; the only one of the policy when not given.',
    },
    commit: { kind: 'text', default: 'HEAD', description: 'The commit to ship.' },
    'keys-file': {
      kind: 'path',
      required: true,
      description: 'A file with the private key of the ledger in PEM.',
    },
    attestation: {
      kind: 'path',
      description: 'The signed verdict; the place where the gate leaves it when not given.',
    },
    'verification-summary': {
      kind: 'path',
      description:
        'The signed verification summary; the place where the gate leaves it when not given.',
    },
  },
  outputs: {
    result: {
      description:
        'released, refused (nothing was deployed), rolled-back, stopped (stands where it was), paused (at the edge of a batch), stuck (needs a human now), or error.',
      unanswered: { denied: 'refused', error: 'error' },
    },
    commit: { description: 'The full id of the commit that was to ship.' },
    plan: {
      description: 'The digest of the plan, empty when it was refused before there was one.',
    },
  },
})
