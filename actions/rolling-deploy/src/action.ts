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
    queued: {
      kind: 'boolean',
      default: false,
      description:
        'Whether to ship what is next in the queue of the environment, instead of `commit`. Exactly true or false.',
    },
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
    page: {
      kind: 'path',
      description: 'Where the rollout page goes; below the git directory when not given.',
    },
    'github-token': {
      kind: 'secret',
      description:
        'A token with `deployments: write`, where GitHub is to show the deployment and its states.',
    },
  },
  outputs: {
    result: {
      description:
        'released, refused (nothing was deployed), rolled-back, stopped (stands where it was), paused (at the edge of a batch), stuck (needs a human now), idle (nothing waits in the queue), held (what waits contains what was found bad), or error.',
      unanswered: { denied: 'refused', error: 'error' },
    },
    rollout: {
      description:
        'What the ledger calls it: the fencing token under which it was begun, or the index of the entry that refused it; empty where nothing was to be done.',
    },
    report: { description: 'The path of the rollout page; empty where there is none.' },
    commit: {
      description: 'The full id of the commit that was to ship; empty where nothing was next.',
    },
    plan: {
      description: 'The digest of the plan, empty when it was refused before there was one.',
    },
  },
})
