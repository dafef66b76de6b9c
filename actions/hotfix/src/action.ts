import { defineAction } from '@bulkhead/action-kit'

export const action = defineAction({
  name: 'hotfix',
  privileged: true,
  inputs: {
    command: {
      kind: 'choice',
      options: [
        'declare',
        'acknowledge',
        'approve',
        'ship',
        'status',
        'repay',
        'close',
        'dispatch',
      ],
      required: true,
      description:
        '`declare` a hotfix, `acknowledge` it, record who agreed on GitHub (`approve`), `ship` it, show its `status`, `repay` a debt, `close` it; or, on a `/hotfix` comment, `dispatch` the workflow that does it.',
    },
    genesis: {
      kind: 'text',
      description:
        'The commit from which judging starts, pinned in the workflow and never read from what is judged. Required but for `dispatch`.',
    },
    environment: {
      kind: 'text',
      description: 'The environment; the only one of the policy when not given.',
    },
    hotfix: {
      kind: 'integer',
      minimum: 0,
      maximum: 999_999_999_999_999,
      description: 'The number of the hotfix; the one that is open when not given.',
    },
    commit: { kind: 'text', description: 'With `declare`: the full id of the fix.' },
    severity: {
      kind: 'choice',
      options: ['critical', 'high', 'medium', 'low'],
      description: 'With `declare`: how bad it is.',
    },
    advisory: {
      kind: 'secret',
      description:
        'With `declare`: what it fixes, such as GHSA-…; give it from a secret, for logs and inputs of a run are read by others.',
    },
    reason: {
      kind: 'secret',
      description: 'With `declare`: why it cannot wait; from a secret too.',
    },
    public: {
      kind: 'boolean',
      default: false,
      description:
        'With `declare`: whether to say on record at once what it fixes, instead of when it is everywhere. Exactly true or false.',
    },
    'suspect-running': {
      kind: 'boolean',
      default: false,
      description:
        'With `ship`: whether what is being rolled out is the suspect, and goes back first. Exactly true or false.',
    },
    'break-lease': {
      kind: 'integer',
      minimum: 0,
      maximum: 999_999_999_999_999,
      description:
        'With `ship`: the token of a lease whose holder is gone; it is ended in the name of those who approved.',
    },
    'break-reason': { kind: 'text', description: 'With `break-lease`: why; it goes on record.' },
    debt: {
      kind: 'text',
      description:
        'With `repay`: tag, back-merge, review, post-mortem, action-items or customer-notice.',
    },
    evidence: { kind: 'text', description: 'With `repay`: where it was done, such as a link.' },
    detect: {
      kind: 'lines',
      description: 'With `repay` of action-items: what would tell sooner, one a line.',
    },
    prevent: {
      kind: 'lines',
      description: 'With `repay` of action-items: what makes it impossible, one a line.',
    },
    withdraw: {
      kind: 'text',
      description: 'With `close`: why it is given up; nothing of it is out.',
    },
    into: {
      kind: 'text',
      default: 'main',
      description: 'The branch on GitHub that must have the fix in the end.',
    },
    comment: {
      kind: 'integer',
      minimum: 1,
      maximum: 999_999_999_999_999,
      description:
        'The number of the `/hotfix` comment that ordered this run. It is read again, and must say exactly this.',
    },
    workflow: {
      kind: 'text',
      description: 'With `dispatch`: the file name of the workflow to start, such as hotfix.yml.',
    },
    'keys-file': {
      kind: 'path',
      description:
        'A file with the private key of the ledger in PEM. Required but for `status` and `dispatch`.',
    },
    'github-token': {
      kind: 'secret',
      description:
        'A token by which approvals are read, and issue, tag and pull request are written. Without it nothing is asked of GitHub, and approvals by key go on.',
    },
  },
  outputs: {
    result: {
      description:
        'declared, acknowledged, approved, waiting (too few agree), released, refused, rolled-back, stopped, paused, stuck, open, repaid, owed, closed, none (no hotfix is open), dispatched, or error.',
      unanswered: { denied: 'refused', error: 'error' },
    },
    hotfix: { description: 'Its number; empty where there is none.' },
    commit: { description: 'The full id of the commit that ships.' },
    'waits-for': {
      description:
        'The step of the clock that is next: acknowledged, approved, gated, everywhere; empty when all are done.',
    },
    plan: { description: 'The digest of the plan that people are asked to agree to.' },
    agreement: {
      description:
        'The line by which somebody agrees in a review, or in the comment of an approval.',
    },
    issue: { description: 'The address of the incident issue; empty without `github-token`.' },
  },
})
