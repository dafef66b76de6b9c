import type { Finding } from '@bulkhead/vocabulary'

/** A few of many names. */
export const listed = (names: readonly string[]): string => {
  const more = names.length - MOST_NAMES
  return `${names.slice(0, MOST_NAMES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
const MOST_NAMES = 3

export const forwardOnly = (
  { region, contracts }: { readonly region: string; readonly contracts: readonly string[] },
  traffic: string,
): Finding => ({
  code: 'rollout/forward-only',
  subject: region,
  message: `it is not taken back: the release before cannot live with ${listed(contracts)}. ${traffic}`,
  remedy:
    'Mend it and ship the next release, which must contain these migrations; or go on with this one: `bulkhead resume`.',
})

export const mixedTestFailed = (region: string, why: string): Finding => ({
  code: 'rollout/mixed-test-failed',
  subject: region,
  message: `the test of both releases side by side ${why}`,
  remedy: 'Read what it printed; make the new release live with the old one, and ship again.',
})
