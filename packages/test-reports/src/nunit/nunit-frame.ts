/** Results of NUnit 3, exact to the letter case. */
export const RESULTS = ['Passed', 'Failed', 'Warning', 'Inconclusive', 'Skipped'] as const
export type NUnitResult = (typeof RESULTS)[number]

export const resultOf = (text: string | undefined): NUnitResult | undefined =>
  RESULTS.find((result) => result === text)

const COUNTERS: ReadonlyMap<string, NUnitResult> = new Map([
  ['passed', 'Passed'],
  ['failed', 'Failed'],
  ['warnings', 'Warning'],
  ['inconclusive', 'Inconclusive'],
  ['skipped', 'Skipped'],
])

/** One open `test-run` or `test-suite`. */
export class NUnitFrame {
  readonly name: string
  hasFailure = false
  readonly #attributes: ReadonlyMap<string, string>
  readonly #listed = new Map<NUnitResult, number>()
  #total = 0
  /** Not every case below passed, or a suite below says that something is wrong with it. */
  #bad = false

  constructor(attributes: ReadonlyMap<string, string>) {
    this.#attributes = attributes
    this.name = attributes.get('fullname') ?? attributes.get('name') ?? ''
  }

  /** @param result as it is stated; undefined when that is unknown */
  addCase(result: NUnitResult | undefined, passed: boolean): void {
    this.#total += 1
    if (result) this.#listed.set(result, (this.#listed.get(result) ?? 0) + 1)
    this.#bad ||= !passed
  }

  addSuite(suite: NUnitFrame): void {
    for (const [result, count] of suite.#listed)
      this.#listed.set(result, (this.#listed.get(result) ?? 0) + count)
    this.#total += suite.#total
    this.#bad ||= suite.#bad || suite.error() !== undefined
  }

  /** What went wrong in the suite itself, outside of its cases. */
  error(): string | undefined {
    const result = this.#attributes.get('result') ?? ''
    const site = this.#attributes.get('site')
    if (result === 'Failed' && site !== undefined && site !== 'Child')
      return `it failed in ${site.slice(0, 80)}`
    if (this.#bad) return undefined
    if (result !== 'Passed') return `its result is "${result.slice(0, 80)}"`
    return this.hasFailure ? 'it has a failure of its own' : undefined
  }

  contradictions(): string[] {
    const found = [...COUNTERS].flatMap(([counter, result]) =>
      this.#compare(counter, this.#listed.get(result) ?? 0),
    )
    if (this.#attributes.get('result') === 'Passed' && this.#bad)
      found.push('result="Passed", but not everything in it passed')
    return [...found, ...this.#compare('total', this.#total), ...this.#compareKnown()]
  }

  #compare(counter: string, listed: number): string[] {
    const stated = this.#attributes.get(counter)
    if (stated === undefined || (/^\d{1,9}$/.test(stated) && Number(stated) === listed)) return []
    return [`${counter}="${stated.slice(0, 80)}", but it lists ${listed}`]
  }

  /** Counts the tests that a filter left out, too. */
  #compareKnown(): string[] {
    const stated = this.#attributes.get('testcasecount')
    if (stated === undefined) return []
    if (/^\d{1,9}$/.test(stated) && Number(stated) >= this.#total) return []
    return [`testcasecount="${stated.slice(0, 80)}", but it lists ${this.#total}`]
  }
}
