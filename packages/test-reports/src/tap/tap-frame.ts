import type { Remarks } from '../remarks.ts'
import type { TapPoint } from './tap-line.ts'

/** The results of one indentation: the report itself, or the subtests of one test. */
export class TapFrame {
  readonly level: number
  /** Closed by a brace, and by nothing else. */
  readonly inBraces: boolean
  points = 0
  /** Every result passed, here and below. */
  pure = true
  /** A result after which a brace may open its subtests. */
  last: TapPoint | undefined
  readonly #remarks: Remarks
  readonly #where: () => string
  #plan: number | undefined
  #planned: 'first' | 'last' = 'first'
  #begun = false
  /** Subtests that stand above the test that holds them, which is still to come. */
  #waiting: TapFrame | undefined

  constructor(level: number, inBraces: boolean, remarks: Remarks, where: () => string) {
    this.level = level
    this.inBraces = inBraces
    this.#remarks = remarks
    this.#where = where
  }

  addVersion(version: number): void {
    if (this.#begun) this.#add('test/unknown-element', 'the version is not in the first line')
    if (version < 12 || version > 14)
      this.#add('test/unknown-attribute', `TAP version ${version} is not 12, 13 or 14`)
    this.#begun = true
  }

  addPlan(count: number, skips: boolean): void {
    if (this.#plan !== undefined) return this.#break('there are two plans')
    if (skips && count > 0) this.#break('the plan skips tests, and promises some')
    this.#plan = count
    this.#planned = this.points === 0 ? 'first' : 'last'
    this.#begun = true
  }

  addPoint(point: TapPoint): void {
    this.points += 1
    this.#begun = true
    this.last = point
    if (point.status !== 'passed') this.pure = false
    if (point.number !== undefined && point.number !== this.points)
      this.#break(`test ${point.number} stands where test ${this.points} should`)
    if (this.#plan !== undefined && this.#planned === 'last')
      this.#break('the plan stands in the middle')
    const above = this.#waiting
    this.#waiting = undefined
    if (above) this.judgeChild(above, point)
  }

  /** Keeps subtests until their test comes. */
  await(child: TapFrame): void {
    if (this.#waiting) this.#add('test/incomplete', 'subtests have no test that holds them')
    this.#waiting = child
    this.#begun = true
  }

  judgeChild(child: TapFrame, point: TapPoint): void {
    if (child.pure) return
    this.pure = false
    if (point.status === 'passed')
      this.#add('test/subtest', `a subtest of test ${this.points} did not pass: ${point.name}`)
  }

  close(): void {
    if (this.#waiting) this.#add('test/incomplete', 'subtests have no test that holds them')
    if (this.#plan === undefined) this.#break('there is no plan')
    else if (this.#plan !== this.points)
      this.#break(`the plan promises ${this.#plan} tests, but there are ${this.points}`)
    if (this.points === 0) this.pure = false
  }

  breakPlan(message: string): void {
    this.#break(message)
  }

  #break(message: string): void {
    this.#add('test/plan-mismatch', message)
  }

  #add(code: Parameters<Remarks['add']>[0], message: string): void {
    this.#remarks.add(code, this.#where(), message.slice(0, 300))
  }
}
