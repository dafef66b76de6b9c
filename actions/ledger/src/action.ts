import { defineAction } from '@bulkhead/action-kit'

export const action = defineAction({
  name: 'ledger',
  privileged: true,
  inputs: {
    command: {
      kind: 'choice',
      options: ['verify', 'export', 'heartbeat'],
      required: true,
      description:
        '`verify` the whole log by your own policy, `export` it for other tools, or record a `heartbeat`.',
    },
    genesis: {
      kind: 'text',
      required: true,
      description:
        'The commit from which judging starts, pinned in the workflow and never read from what is judged.',
    },
    environment: {
      kind: 'text',
      description: 'The environment whose ledger it is; the only one of the policy when not given.',
    },
    'verifier-policy': {
      kind: 'path',
      description:
        'With `verify`: a file that says whom you trust (log keys, witnesses, quorum); the ledger keys at the genesis when not given.',
    },
    format: {
      kind: 'choice',
      options: ['cloudevents', 'csv'],
      description:
        'With `export`: one JSON event a line, or the population of changes with one change a line; `cloudevents` when not given.',
    },
    file: {
      kind: 'path',
      description: 'With `export`: where to write. It must not exist yet.',
    },
    since: {
      kind: 'text',
      description: 'With `export`: only from this moment on, ISO 8601, such as 2026-01-31.',
    },
    until: {
      kind: 'text',
      description: 'With `export`: only before this moment, ISO 8601.',
    },
    'keys-file': {
      kind: 'path',
      description: 'With `heartbeat`: a file with the private key of the ledger in PEM.',
    },
  },
  outputs: {
    verdict: {
      description: 'VERIFIED, REFUSED, or ERROR when nothing could be said.',
      unanswered: { denied: 'REFUSED', error: 'ERROR' },
    },
    size: { description: 'With `verify`: the number of entries, in decimal digits.' },
    head: { description: 'With `verify`: the digest of the newest entry, which witnesses keep.' },
    released: { description: 'With `verify`: the commit that was released last.' },
    file: { description: 'With `export`: the path of what was written.' },
    entries: { description: 'With `export`: the number of lines, in decimal digits.' },
    index: { description: 'With `heartbeat`: the index of its entry.' },
  },
})
