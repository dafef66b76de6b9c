import { reasonsOf } from './reason.ts'

export const usageReasons = reasonsOf({
  'usage/invalid-option': {
    cause: 'A command was called with an option or argument that it does not take.',
    remedy: 'See `bulkhead COMMAND --help`.',
  },
  'usage/invalid-event': {
    cause: 'An event file does not say which commits are to be judged.',
    remedy: 'Give the event as GitHub sent it, or name the range as BASE..HEAD.',
  },
  'usage/missing-key': {
    cause: 'A signing key is not where it should be.',
    remedy: 'Make keys with `bulkhead init`, or name the key with `--key FILE`.',
  },
  'usage/wrong-key': {
    cause: 'A key file is of the wrong kind.',
    remedy: 'Use an Ed25519 private key in PKCS#8 PEM, as `bulkhead init` makes it.',
  },
  'usage/unreadable-file': {
    cause: 'A file that was named cannot be read.',
    remedy: 'Check the path and its permissions.',
  },
  'usage/unwritable-file': {
    cause: 'A file could not be written.',
    remedy: 'Check the disk and the permissions of the folder.',
  },
  'usage/build-failed': {
    cause: 'The build command of the policy did not succeed.',
    remedy: 'Mend the build; run the command by itself to see all that it prints.',
  },
  'usage/already-exists': {
    cause: 'A file that would be written is there already.',
    remedy: 'Remove it first, or keep it: nothing was changed.',
  },
})
