import type { TestStatus } from '../test-run.ts'

/** Results of a test, exact to the letter case. */
const STATUS: ReadonlyMap<string, TestStatus> = new Map([
  ['Pass', 'passed'],
  ['Fail', 'failed'],
  ['Skip', 'skipped'],
  ['NotRun', 'skipped'],
])

/** Undefined for a result that xUnit.net does not define: the test must not pass. */
export const statusOf = (result: string): TestStatus | undefined => STATUS.get(result)

/** The counter that a result counts in. */
const COUNTED: ReadonlyMap<string, string> = new Map([
  ['Pass', 'passed'],
  ['Fail', 'failed'],
  ['Skip', 'skipped'],
  ['NotRun', 'not-run'],
])

/** One open `assembly` or `collection`, and what it lists. */
export class XUnitFrame {
  readonly name: string
  errors = 0
  readonly #attributes: ReadonlyMap<string, string>
  readonly #listed = new Map<string, number>()

  constructor(attributes: ReadonlyMap<string, string>) {
    this.#attributes = attributes
    this.name = attributes.get('name') ?? ''
  }

  /** @param result as it is stated */
  addTest(result: string): void {
    this.#add('total', 1)
    this.#add(COUNTED.get(result) ?? 'unknown', 1)
  }

  addCollection(frame: XUnitFrame): void {
    for (const [counter, count] of frame.#listed) this.#add(counter, count)
  }

  /** Counters that say something else than what is listed; absent ones say nothing. */
  contradictions(): string[] {
    return ['total', 'passed', 'failed', 'skipped', 'not-run', 'errors'].flatMap((counter) => {
      const stated = this.#attributes.get(counter)
      const listed = counter === 'errors' ? this.errors : (this.#listed.get(counter) ?? 0)
      if (stated === undefined || (/^\d{1,9}$/.test(stated) && Number(stated) === listed)) return []
      return [`${counter}="${stated.slice(0, 80)}", but it lists ${listed}`]
    })
  }

  #add(counter: string, count: number): void {
    this.#listed.set(counter, (this.#listed.get(counter) ?? 0) + count)
  }
}
