import type { StartedAction } from '../../src/testing/index.ts'

/** All that a step shows to anybody; the command that has the runner hide a secret is for the runner alone. */
export const shownBy = ({ stdout, stderr, summary, outputs }: StartedAction): string =>
  stdout
    .split('\n')
    .filter((line) => !line.startsWith('::add-mask::'))
    .concat(stderr, summary, JSON.stringify(outputs))
    .join('\n')

/** The forms in which a secret leaks: as it is, twice in base64, in hex, in a URL, backwards (threat model T21). */
export const formsOf = (secret: string): readonly string[] => [
  secret,
  ...(['base64', 'base64url', 'hex'] as const).map((form) => Buffer.from(secret).toString(form)),
  Buffer.from(Buffer.from(secret).toString('base64')).toString('base64'),
  encodeURIComponent(secret),
  secret.split('').toReversed().join(''),
]
