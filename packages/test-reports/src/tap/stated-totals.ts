import type { TestCounts } from '../test-run.ts'

const TOTAL = /^# (fail|cancelled|skip|skipped|todo)[ \t]+(\d{1,9})$/

/**
 * The totals that node:test, node-tap and tape write as comments at the end. They count other things
 * than the results of the top level, but where all of these passed, nothing else may have failed.
 */
export class StatedTotals {
  #worst = ''

  read(line: string): void {
    const total = TOTAL.exec(line)
    if (total && Number(total[2]) > 0) this.#worst = line.slice(2)
  }

  contradiction(counts: TestCounts): string | undefined {
    if (this.#worst === '' || counts.passed !== counts.tests) return undefined
    return `every test passed, but the comment says "${this.#worst}"`
  }
}
