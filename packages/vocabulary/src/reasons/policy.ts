import { reasonsOf } from './reason.ts'

export const policyReasons = reasonsOf({
  'policy/missing': {
    cause: 'The trusted ref has no `bulkhead.yml`.',
    remedy: 'Run `bulkhead init`, commit what it writes, and pin that commit as genesis.',
  },
  'policy/not-yaml': {
    cause: '`bulkhead.yml` is not well-formed YAML.',
    remedy: 'Mend the line and column named.',
  },
  'policy/unsupported-yaml': {
    cause:
      '`bulkhead.yml` uses what YAML has and a policy may not: an anchor, alias, tag, merge key, directive or second document.',
    remedy: 'Write the value out in the place named, plainly.',
  },
  'policy/unknown-key': {
    cause: 'A key is not part of the policy format.',
    remedy: 'Use the nearest known key that the message names, or remove it.',
  },
  'policy/missing-key': {
    cause: 'A key that the policy needs is not there.',
    remedy: 'Add the key that the message names.',
  },
  'policy/invalid-value': {
    cause: 'A value does not have the form that its key wants.',
    remedy: 'Change the value as the message says; an editor with the JSON Schema shows the same.',
  },
  'policy/inconsistent': {
    cause: 'Two parts of the policy contradict each other.',
    remedy: 'Change one of the two places that the message names.',
  },
  'policy/unusable-signer': {
    cause:
      'A key of the allowed signers signs nothing: it is expired, revoked or too weak; or a principal has no key.',
    remedy: 'Remove it, or put a key in its place: `bulkhead signers add`.',
  },
  'policy/missing-file': {
    cause: 'A file that the policy names is not in the trusted ref.',
    remedy: 'Commit the file at that path, or name the right path in `bulkhead.yml`.',
  },
  'policy/invalid-file': {
    cause: 'A file that the policy names cannot be read as what it must be.',
    remedy: 'Mend the line that the message names.',
  },
  'policy/too-large': {
    cause: 'The policy, or a file it names, is larger than any honest one.',
    remedy: 'Make the file smaller.',
  },
  'policy/no-genesis': {
    cause: 'Nobody has pinned the commit from which judging starts.',
    remedy: 'Pin it: `git config bulkhead.genesis COMMIT`, or pass `--genesis COMMIT`.',
  },
})
