/**
 * Whether reports show a thing: `yes`, `no`, `in part` (only some writers of the format do, and a
 * reader cannot tell which wrote), or `n/a` where it does not exist.
 */
export type Sight = 'yes' | 'no' | 'in part' | 'n/a'

/** What a format, or one dialect of it, can show. */
export interface Capability {
  readonly format: string
  /** Who writes it; '' for the format as such, which is what the gate goes by. */
  readonly dialect: string
  /** A test that failed at first and passed when it was tried again. */
  readonly retries: Sight
  /** That only some of the tests were chosen, by `only`, a focus or a filter. */
  readonly focus: Sight
  /** An error outside of every test: while loading, after the end, in a process that died. */
  readonly unhandled: Sight
  readonly todo: Sight
  readonly skipped: Sight
  /** That a test asserted nothing. */
  readonly assertionless: Sight
}

const row = (format: string, dialect: string, sights: readonly Sight[]): Capability => {
  const [retries = 'no', focus = 'no', unhandled = 'no', todo = 'no', skipped = 'no'] = sights
  const assertionless = sights[5] ?? 'no'
  return { format, dialect, retries, focus, unhandled, todo, skipped, assertionless }
}

/** The published table. The row without a dialect is the least that any writer of the format shows. */
export const CAPABILITIES: readonly Capability[] = [
  row('junit', '', ['in part', 'no', 'in part', 'in part', 'in part', 'in part']),
  row('junit', 'surefire, failsafe', ['yes', 'no', 'no', 'n/a', 'yes', 'no']),
  row('junit', 'Gradle', ['in part', 'no', 'no', 'n/a', 'yes', 'no']),
  row('junit', 'pytest', ['no', 'no', 'yes', 'n/a', 'yes', 'no']),
  row('junit', 'jest-junit', ['no', 'in part', 'no', 'no', 'yes', 'no']),
  row('junit', 'Vitest', ['no', 'in part', 'no', 'yes', 'yes', 'no']),
  row('junit', 'node:test', ['n/a', 'no', 'yes', 'yes', 'yes', 'no']),
  row('junit', 'Mocha', ['no', 'no', 'no', 'yes', 'yes', 'no']),
  row('junit', 'Playwright', ['no', 'no', 'no', 'n/a', 'yes', 'no']),
  row('junit', 'Cypress', ['no', 'no', 'no', 'yes', 'yes', 'no']),
  row('junit', 'go-junit-report, gotestsum', ['in part', 'no', 'in part', 'n/a', 'yes', 'no']),
  row('junit', 'rspec_junit_formatter', ['no', 'no', 'no', 'yes', 'yes', 'no']),
  row('junit', 'PHPUnit', ['n/a', 'no', 'in part', 'yes', 'yes', 'yes']),
  row('junit', 'CTest', ['no', 'no', 'in part', 'n/a', 'yes', 'no']),
  row('junit', 'GoogleTest', ['no', 'in part', 'no', 'n/a', 'yes', 'no']),
  row('junit', 'cargo nextest', ['yes', 'no', 'in part', 'n/a', 'no', 'no']),
  row('junit', 'Catch2', ['n/a', 'no', 'in part', 'n/a', 'yes', 'no']),
  row('junit', 'Bazel', ['in part', 'no', 'in part', 'n/a', 'no', 'no']),
  row('nunit', '', ['no', 'no', 'yes', 'n/a', 'yes', 'yes']),
  row('nunit2', '', ['no', 'no', 'yes', 'n/a', 'yes', 'yes']),
  row('xunit', '', ['in part', 'no', 'yes', 'n/a', 'yes', 'no']),
  row('trx', '', ['no', 'no', 'yes', 'n/a', 'yes', 'no']),
  row('tap', '', ['no', 'no', 'in part', 'yes', 'yes', 'no']),
  row('go-json', '', ['yes', 'no', 'yes', 'n/a', 'yes', 'no']),
  row('jest-json', '', ['in part', 'in part', 'in part', 'yes', 'yes', 'in part']),
  row('mocha-json', '', ['yes', 'no', 'no', 'yes', 'yes', 'no']),
  row('playwright-json', '', ['yes', 'no', 'yes', 'n/a', 'yes', 'no']),
  row('ctrf', '', ['in part', 'no', 'no', 'in part', 'yes', 'no']),
  row('dart-json', '', ['no', 'no', 'yes', 'n/a', 'yes', 'no']),
  row('rspec-json', '', ['no', 'in part', 'yes', 'yes', 'yes', 'no']),
  row('cucumber-json', '', ['in part', 'no', 'no', 'yes', 'yes', 'no']),
  row('sarif', '', ['n/a', 'no', 'yes', 'n/a', 'yes', 'n/a']),
]

/**
 * Whether a report of this format may hide that a test passed only when it was tried again. What is
 * shown in part is hidden by somebody; a format that nobody knows hides everything.
 */
export function isBlindToRetries(format: string): boolean {
  const known = CAPABILITIES.find((line) => line.format === format && line.dialect === '')
  return known === undefined || (known.retries !== 'yes' && known.retries !== 'n/a')
}
