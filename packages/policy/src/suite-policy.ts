import type { Milliseconds } from '@bulkhead/vocabulary'

/** The formats of test reports that a policy can name. */
export const REPORT_FORMATS = [
  'auto',
  'junit',
  'nunit',
  'nunit2',
  'xunit',
  'trx',
  'tap',
  'go-json',
  'jest-json',
  'mocha-json',
  'playwright-json',
  'ctrf',
  'dart-json',
  'rspec-json',
  'cucumber-json',
  'sarif',
] as const
export type ReportFormat = (typeof REPORT_FORMATS)[number]

/**
 * What proves that no failure was hidden by trying again, for a format that does not show it: these
 * arguments stand in the command that ran, or the runner cannot try again at all.
 */
export type RetriesProof =
  | { readonly kind: 'off-by'; readonly arguments: readonly [string, ...string[]] }
  | { readonly kind: 'none-in-runner' }

export interface SuitePolicy {
  /** A mandatory suite can never be waived; it needs an inventory. */
  readonly mandatory: boolean
  /** How the suite is run: an argv, from the top of the repository. */
  readonly command: readonly [string, ...string[]]
  /** Globs, relative to the top of the repository, of the reports that the command writes. */
  readonly reports: readonly [string, ...string[]]
  /** `auto`: told by the first bytes of each report. */
  readonly format: ReportFormat
  /** Undefined when nothing is claimed. */
  readonly retries: RetriesProof | undefined
  /** Path of the inventory in the repository. */
  readonly inventory: string | undefined
  readonly timeout: Milliseconds
  /** Names of the machines or settings that the suite runs on, all of them; none for just one. */
  readonly legs: readonly string[]
  /** Into how many shards each leg is split; 1 for not at all. */
  readonly shards: number
}
