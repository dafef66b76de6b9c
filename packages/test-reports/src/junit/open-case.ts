import type { TestCase, TestId } from '../test-run.ts'
import { CaseOutcome } from './case-outcome.ts'

/** One open `testcase`. */
export class OpenCase extends CaseOutcome {
  readonly id: TestId
  assertsNothing = false

  constructor(id: TestId) {
    super()
    this.id = id
  }

  result(): TestCase {
    return { id: this.id, status: this.status, detail: this.detail }
  }
}
