import { IdentitySet, type TextHash, hashText } from './identity-set.ts'
import type { ReadLimits } from './read-limits.ts'
import type { Remarks } from './remarks.ts'
import { detachId, idKey } from './test-identity.ts'
import type { TestCase, TestCounts, TestId, TestStatus } from './test-run.ts'

/** Most duplicate ids that are named: one is enough to block. */
const MOST_DUPLICATES = 1000

/** Counts the cases of one report, finds ids that come twice, and hands each case on. */
export class CaseLedger {
  readonly counts: { -readonly [Key in keyof TestCounts]: number } = {
    tests: 0,
    passed: 0,
    failed: 0,
    errored: 0,
    skipped: 0,
    flaky: 0,
  }
  readonly onCase: ((testCase: TestCase) => void) | undefined
  readonly #seen = new IdentitySet()
  readonly #duplicates = new Map<string, TestId>()
  readonly #limits: ReadLimits
  readonly #remarks: Remarks
  readonly #file: TextHash = { a: 0, b: 0 }
  readonly #className: TextHash = { a: 0, b: 0 }
  #lastClass: string | undefined
  readonly #name: TextHash = { a: 0, b: 0 }

  constructor(limits: ReadLimits, remarks: Remarks, onCase?: (testCase: TestCase) => void) {
    this.#limits = limits
    this.#remarks = remarks
    this.onCase = onCase
  }

  /** Whether a case of this id was added. */
  has(id: TestId): boolean {
    this.#hash(id)
    return this.#seen.has(this.#file, this.#className, this.#name)
  }

  /** @throws Refusal when there are more cases than the limit */
  add(testCase: TestCase): void {
    this.#hash(testCase.id)
    this.addHashed(this.#file, this.#className, this.#name, testCase.status, () => testCase)
  }

  /**
   * The same as {@link add}, by the hashes of the parts of the id.
   *
   * @param make called only when somebody wants to know the case
   */
  addHashed(
    file: TextHash,
    className: TextHash,
    name: TextHash,
    status: TestStatus,
    make: () => TestCase,
  ): void {
    this.#count(status)
    if (!this.#seen.add(file, className, name)) this.#repeat(make().id)
    this.onCase?.(make())
  }

  duplicates(): TestId[] {
    return [...this.#duplicates.values()]
  }

  #hash({ file, className, name }: TestId): void {
    hashText(file, this.#file)
    // Neighbours are mostly of one class.
    if (className !== this.#lastClass) hashText(className, this.#className)
    this.#lastClass = className
    hashText(name, this.#name)
  }

  #count(status: TestStatus): void {
    this.counts.tests += 1
    this.counts[status] += 1
    if (this.counts.tests <= this.#limits.cases) return
    const message = `it lists more than ${this.#limits.cases} test cases`
    throw this.#remarks.refusal('test/too-many-tests', '', message)
  }

  #repeat(id: TestId): void {
    if (this.#duplicates.size >= MOST_DUPLICATES) return
    const kept = detachId(id)
    this.#duplicates.set(idKey(kept), kept)
  }
}
