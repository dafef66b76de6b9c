import type { Finding } from './finding.ts'

/**
 * The user's input, policy or usage is wrong: exit code 2. Carries findings like a verdict does, so
 * that `--json` and the terminal show both alike. Never thrown for evidence that denies: that is a
 * verdict, exit code 1.
 */
export class InputError extends Error {
  override readonly name = 'InputError'
  readonly findings: readonly Finding[]
  constructor(findings: Finding | readonly Finding[], options?: ErrorOptions) {
    const list = [findings].flat() as readonly Finding[]
    super(list.map((f) => `${f.code}: ${f.subject}: ${f.message}`).join('\n'), options)
    this.findings = list
  }
}

/**
 * The world failed while working: network, disk, a target, a child that could not be started.
 * Exit code 3. It stops a release and never counts as a denial (DESIGN §2, ERROR).
 */
export class WorldError extends Error {
  override readonly name = 'WorldError'
  readonly findings: readonly Finding[]
  constructor(finding: Finding, options?: ErrorOptions) {
    super(`${finding.code}: ${finding.subject}: ${finding.message}`, options)
    this.findings = [finding]
  }
}

/**
 * Evidence denies, found on the way to something else (a ledger that does not verify while a release
 * is prepared): exit code 1, like a verdict of BLOCK.
 */
export class DeniedError extends Error {
  override readonly name = 'DeniedError'
  readonly findings: readonly Finding[]
  constructor(findings: readonly Finding[]) {
    super(findings.map((f) => `${f.code}: ${f.subject}: ${f.message}`).join('\n'))
    this.findings = findings
  }
}
