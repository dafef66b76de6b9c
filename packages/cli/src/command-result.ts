import { ExitCode, type Finding } from '@bulkhead/vocabulary'

/** What one command answers; printing it and leaving with the right exit code is not its business. */
export interface CommandResult {
  /** `blocked` exactly when evidence denies. Bad input and a failing world are thrown. */
  readonly outcome: 'passed' | 'blocked'
  readonly findings: readonly Finding[]
  /** The order of the findings says something, as that of a log does. Others are sorted for output. */
  readonly inOrder?: true
  /** The command's own fields of its `--json` object. */
  readonly json: Readonly<Record<string, unknown>>
  /** What a person reads, without findings: those are printed after it. */
  readonly text: readonly string[]
}

export const exitCodeOf = (result: CommandResult): ExitCode =>
  result.outcome === 'passed' ? ExitCode.Passed : ExitCode.Blocked
