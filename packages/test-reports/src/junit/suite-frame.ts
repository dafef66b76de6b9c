import { COUNTERS, type Counter } from './grammar.ts'
import {
  type StatedCounters,
  type Tally,
  addTally,
  contradictions,
  emptyTally,
} from './suite-counters.ts'
import type { XmlAttributes } from '../xml-input.ts'

/** One open `testsuite` or `testsuites`. */
export class SuiteFrame {
  /** Names of the suites from the root down to this one. */
  readonly path: string
  readonly direct: Tally = emptyTally()
  /** Suites below, all of them. */
  readonly #below: Tally = emptyTally()
  /** Suites directly below, each as one case. */
  readonly #children: Tally = emptyTally()
  readonly #stated: StatedCounters

  /** @param above path of the suite that this one stands in */
  constructor(attributes: XmlAttributes, above: string) {
    const name = attributeOf(attributes, 'name') ?? ''
    this.path = [above, name].filter((part) => part !== '').join(' › ')
    this.#stated = statedCounters(attributes)
  }

  /** Everything listed here and below. */
  deep(): Tally {
    const sum = emptyTally()
    addTally(sum, this.direct)
    addTally(sum, this.#below)
    return sum
  }

  addSuite(suite: SuiteFrame): void {
    const deep = suite.deep()
    addTally(this.#below, deep)
    addTally(this.#children, asOneCase(deep))
  }

  contradictions(): string[] {
    if (this.#stated.size === 0) return []
    const children = emptyTally()
    addTally(children, this.direct)
    addTally(children, this.#children)
    return contradictions(this.#stated, { direct: this.direct, deep: this.deep(), children })
  }
}

/** Catch2 counts assertions as tests. It is known by the host name that it always writes. */
const countsAssertions = (attributes: XmlAttributes): boolean =>
  attributeOf(attributes, 'hostname') === 'tbd'

function statedCounters(attributes: XmlAttributes): StatedCounters {
  const stated = new Map<Counter, string>()
  for (const counter of COUNTERS) {
    const text = attributeOf(attributes, counter)
    if (text !== undefined && !(counter === 'tests' && countsAssertions(attributes)))
      stated.set(counter, text)
  }
  return stated
}

/** Undefined when the element has no such attribute. */
export function attributeOf(attributes: XmlAttributes, name: string): string | undefined {
  for (let index = 0; index < attributes.count; index += 1)
    if (attributes.names[index] === name) return attributes.values[index]
  return undefined
}

function asOneCase(deep: Tally): Tally {
  const one = { ...emptyTally(), tests: 1 }
  for (const key of Object.keys(one) as (keyof Tally)[]) if (deep[key] > 0) one[key] = 1
  return { ...one, tests: 1 }
}
