import { type JsonRecord, readShape } from '../json/json-shape.ts'
import { worse } from '../outcome-order.ts'
import type { Remarks } from '../remarks.ts'
import type { TestStatus } from '../test-run.ts'
import { RESULT, STATUSES, STEP } from './grammar.ts'

const DETAIL_LENGTH = 1000

/** What it means that a step has no result. */
export type MissingResult = 'refused' | 'never-ran' | 'stands-elsewhere'

/** The worst of all that belongs to one scenario. */
export class CucumberOutcome {
  status: TestStatus = 'passed'
  detail = ''
  /** Steps that somebody wrote, as opposed to hooks. */
  steps = 0
  readonly #remarks: Remarks
  /** The first step that has none. */
  #withoutResult: string | undefined

  constructor(remarks: Remarks) {
    this.#remarks = remarks
  }

  include(other: CucumberOutcome): void {
    this.#worsen(other.status, other.detail)
    this.steps += other.steps
  }

  addStep(value: unknown, where: string): void {
    const step = readShape(value, STEP, this.#remarks, where)
    if (!step.flag('hidden')) this.steps += 1
    for (const key of ['before', 'after'])
      for (const [index, hook] of step.list(key).entries())
        this.addHook(hook, `${where}.${key}[${index}]`)
    if (step.has('result')) this.#addResult(step, where)
    else this.#withoutResult ??= where
  }

  /** A hook around a scenario or a step. */
  addHook(value: unknown, where: string): void {
    const hook = readShape(value, STEP, this.#remarks, where)
    if (hook.has('result')) this.#addResult(hook, where)
    else this.#refuseMissing(where)
  }

  /** Says what it means that steps have no result, once it is known who wrote the report. */
  settle(missing: MissingResult): void {
    if (this.#withoutResult === undefined) return
    if (missing === 'refused') this.#refuseMissing(this.#withoutResult)
    else if (missing === 'never-ran') this.#worsen('skipped', 'a step never ran')
  }

  /** What behave says of a whole. */
  addStated(whole: JsonRecord, where: string): void {
    const stated = whole.value('status')
    if (typeof stated === 'string') this.#worsen(this.#statusOf(stated, where), `it is ${stated}`)
  }

  #addResult(step: JsonRecord, where: string): void {
    const result = readShape(step.value('result'), RESULT, this.#remarks, `${where}.result`)
    const stated = result.text('status')
    const status = this.#statusOf(stated, where)
    const error = messageOf(result)
    if (status === 'passed' && error !== '') {
      this.#remarks.add('test/counter-mismatch', where, 'a step passed, but has an error')
      return this.#worsen('failed', error)
    }
    this.#worsen(status, error === '' ? `${stated}: ${step.text('name')}` : error)
  }

  #refuseMissing(where: string): void {
    this.#remarks.add('test/unknown-status', where, 'a step has no result')
    this.#worsen('errored', 'a step has no result')
  }

  #statusOf(stated: string, where: string): TestStatus {
    const status = STATUSES.get(stated)
    if (status !== undefined) return status
    this.#remarks.add('test/unknown-status', where, `the status is "${stated.slice(0, 80)}"`)
    return 'errored'
  }

  /** Keeps the words of the worst, of equals those of the first. */
  #worsen(status: TestStatus, detail: string): void {
    const worst = worse(this.status, status)
    if (worst === this.status) return
    this.status = worst
    this.detail = detail.slice(0, DETAIL_LENGTH).toWellFormed()
  }
}

function messageOf(result: JsonRecord): string {
  const lines = result.list('error_message').filter((line) => typeof line === 'string')
  return lines.length > 0 ? lines.join('\n') : result.text('error_message')
}
