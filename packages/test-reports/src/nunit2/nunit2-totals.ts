import type { TestStatus } from '../test-run.ts'

/** The counters of the root; `total` counts what ran in 2.4 and what ran or was inconclusive later. */
export class Nunit2Totals {
  readonly #attributes: ReadonlyMap<string, string>
  readonly #results = new Map<string, number>()
  #cases = 0
  #notRun = 0
  #failed = 0
  #errored = 0

  constructor(attributes: ReadonlyMap<string, string>) {
    this.#attributes = attributes
  }

  /** @param result as it is stated, '' when it is not */
  add(result: string, status: TestStatus): void {
    this.#cases += 1
    this.#results.set(result, (this.#results.get(result) ?? 0) + 1)
    if (result === 'NotRunnable' || (status === 'skipped' && result !== 'Inconclusive'))
      this.#notRun += 1
    else if (status === 'failed') this.#failed += 1
    else if (status === 'errored') this.#errored += 1
  }

  contradictions(): string[] {
    const of = (result: string) => this.#results.get(result) ?? 0
    const ran = this.#cases - this.#notRun
    const bad = this.#failed + this.#errored
    // Before 2.5 a case has no `result`, and an error is counted as a failure.
    const older = this.#results.has('')
    return [
      ...this.#compare('total', [ran, this.#cases]),
      ...this.#compare('failures', [this.#failed, ...(older ? [bad] : [])]),
      ...this.#compare('errors', [this.#errored, ...(older ? [0] : [])]),
      ...this.#compare('not-run', [this.#notRun]),
      ...this.#compare('inconclusive', [of('Inconclusive')]),
      ...this.#compare('ignored', [of('Ignored')]),
      ...this.#compare('skipped', [of('Skipped')]),
      ...this.#compare('invalid', [of('NotRunnable')]),
    ]
  }

  #compare(counter: string, possible: readonly number[]): string[] {
    const stated = this.#attributes.get(counter)
    if (stated === undefined) return []
    if (/^\d{1,9}$/.test(stated) && possible.includes(Number(stated))) return []
    return [`${counter}="${stated.slice(0, 80)}", but it lists ${possible[0] ?? 0}`]
  }
}
