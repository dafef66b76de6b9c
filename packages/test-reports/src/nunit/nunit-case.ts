import { worse } from '../outcome-order.ts'
import { detachText } from '../test-identity.ts'
import type { TestCase, TestId, TestStatus } from '../test-run.ts'
import { type NUnitResult, resultOf } from './nunit-frame.ts'

const DETAIL_LENGTH = 1000
const STATUS: Readonly<Record<NUnitResult, TestStatus>> = {
  Passed: 'passed',
  Failed: 'failed',
  Warning: 'failed',
  Inconclusive: 'skipped',
  Skipped: 'skipped',
}
const RUNNABLE = new Set(['Runnable', 'Explicit'])
const NOT_RUNNABLE = new Set(['Ignored', 'Skipped', 'NotRunnable'])

/** One open `test-case`. */
export class NUnitCase {
  readonly id: TestId
  readonly result: NUnitResult | undefined
  readonly assertsNothing: boolean
  /** Values whose meaning is unknown, as they stand. */
  readonly unknown: readonly string[]
  status: TestStatus
  #detail = ''

  constructor(attributes: ReadonlyMap<string, string>) {
    this.id = idOf(attributes)
    this.result = resultOf(attributes.get('result'))
    const label = attributes.get('label')
    const usual = this.result ? STATUS[this.result] : 'errored'
    this.status = usual === 'failed' && label === 'Error' ? 'errored' : usual
    this.assertsNothing = attributes.get('asserts') === '0' && this.result === 'Passed'
    this.unknown = unknownOf(attributes, this.result)
    if (this.unknown.length > 0) this.worsen('errored')
    if (NOT_RUNNABLE.has(attributes.get('runstate') ?? '')) this.worsen('skipped')
  }

  worsen(status: TestStatus): void {
    this.status = worse(this.status, status)
  }

  /** @returns false when nobody knows such a result */
  addAssertion(result: string | undefined): boolean {
    const known = result === 'Error' ? 'Failed' : resultOf(result)
    this.worsen(known ? STATUS[known] : 'errored')
    return known !== undefined
  }

  explain(text: string): void {
    if (this.#detail.length < DETAIL_LENGTH) this.#detail += text.slice(0, DETAIL_LENGTH)
  }

  toTestCase(): TestCase {
    const text = this.status === 'passed' ? '' : this.#detail.slice(0, DETAIL_LENGTH)
    return { id: this.id, status: this.status, detail: detachText(text.toWellFormed()) }
  }
}

/** The class name lacks the arguments of a fixture, so that the full name alone tells tests apart. */
function idOf(attributes: ReadonlyMap<string, string>): TestId {
  const name = attributes.get('name') ?? ''
  const full = attributes.get('fullname') ?? ''
  const written = attributes.get('classname') ?? ''
  const className = full.endsWith(`.${name}`) ? full.slice(0, -name.length - 1) : written || full
  return { file: '', className: className === name ? '' : className, name }
}

function unknownOf(
  attributes: ReadonlyMap<string, string>,
  result: NUnitResult | undefined,
): string[] {
  const { label, runstate } = Object.fromEntries(attributes)
  const unknown = []
  if (result === undefined)
    unknown.push(`result="${(attributes.get('result') ?? '').slice(0, 80)}"`)
  if (result === 'Passed' && label !== undefined) unknown.push(`label="${label.slice(0, 80)}"`)
  if (runstate !== undefined && !RUNNABLE.has(runstate) && !NOT_RUNNABLE.has(runstate))
    unknown.push(`runstate="${runstate.slice(0, 80)}"`)
  return unknown
}
