import type { TestStatus } from './test-run.ts'

/** From harmless to bad. The worst of what a case says is what it is. */
const ORDER = ['passed', 'skipped', 'flaky', 'failed', 'errored'] as const satisfies TestStatus[]

export function worse(a: TestStatus, b: TestStatus): TestStatus {
  return ORDER.indexOf(a) >= ORDER.indexOf(b) ? a : b
}
