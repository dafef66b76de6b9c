import type { Reading } from '../byte-reader.ts'
import type { JsonRecord } from '../json/json-shape.ts'
import type { TestId } from '../test-run.ts'
import type { CucumberElement } from './cucumber-element.ts'
import { CucumberOutcome, type MissingResult } from './cucumber-outcome.ts'
import type { ScenarioNames } from './scenario-names.ts'

/** Reads one feature: a scenario is a case, and a background belongs to the scenario behind it. */
export class CucumberFeature {
  readonly #reading: Reading
  readonly #names: ScenarioNames
  readonly #feature: JsonRecord
  readonly #where: string
  #background: CucumberOutcome | undefined
  #scenarios = 0
  #anyBad = false

  constructor(feature: JsonRecord, where: string, names: ScenarioNames, reading: Reading) {
    this.#feature = feature
    this.#where = where
    this.#names = names
    this.#reading = reading
  }

  /** @param elements backgrounds and scenarios in their order */
  read(elements: readonly CucumberElement[]): void {
    for (const [index, element] of elements.entries())
      this.#element(element, `${this.#where}.elements[${index}]`)
    this.#closeBackground()
    if (this.#scenarios === 0) this.#add('test/no-tests', this.#where, 'a feature has no scenarios')
    // Before a rule behave leaves out the status of a scenario, so that the whole must have one.
    if (this.#isBehave && typeof this.#feature.value('status') !== 'string')
      this.#add('test/unknown-status', this.#where, 'the feature has no status')
    const whole = new CucumberOutcome(this.#reading.remarks)
    whole.addStated(this.#feature, this.#where)
    if (whole.status !== 'passed' && !this.#anyBad)
      this.#add('test/suite-error', this.#where, `the feature is not passed: ${whole.detail}`)
  }

  #element(element: CucumberElement, where: string): void {
    const { type, outcome } = element
    outcome.settle(this.#missing(type))
    if (type === 'background') {
      this.#closeBackground()
      this.#background = outcome
    } else if (type === 'scenario' || type === 'scenario_outline') this.#scenario(element, where)
    else this.#add('test/unknown-element', where, `an element is a ${type.slice(0, 80)}`)
  }

  #scenario(element: CucumberElement, where: string): void {
    const { outcome } = element
    this.#scenarios += 1
    const ownSteps = outcome.steps
    if (this.#background) outcome.include(this.#background)
    this.#background = undefined
    const { status } = outcome
    if (element.name.trim() === '') this.#add('test/unnamed', where, 'a scenario has no name')
    if (ownSteps === 0 && status === 'passed')
      this.#add('test/no-assertions', where, 'a scenario has no steps')
    this.#anyBad ||= status !== 'passed'
    const detail = status === 'passed' ? '' : outcome.detail
    this.#reading.ledger.add({ id: this.#idOf(element), status, detail })
  }

  /** Every background stands before a scenario. */
  #closeBackground(): void {
    if (this.#background === undefined) return
    const { status, detail } = this.#background
    this.#background = undefined
    if (status === 'passed') {
      if (!this.#isBehave)
        this.#add('test/incomplete', this.#where, 'a background stands before no scenario')
    } else this.#add('test/suite-error', this.#where, `a background is not passed: ${detail}`)
  }

  #idOf({ name, place }: CucumberElement): TestId {
    const file = this.#feature.text('uri') || this.#feature.text('location').replace(/:\d+$/, '')
    const className = this.#feature.text('name')
    return this.#names.idOf({ file, className, name }, place)
  }

  /** behave lists a background without results, and its steps again in every scenario. */
  #missing(type: string): MissingResult {
    if (!this.#isBehave) return 'refused'
    return type === 'background' ? 'stands-elsewhere' : 'never-ran'
  }

  get #isBehave(): boolean {
    return this.#feature.has('status')
  }

  #add(code: Parameters<Reading['remarks']['add']>[0], where: string, message: string): void {
    this.#reading.remarks.add(code, where, message)
  }
}
