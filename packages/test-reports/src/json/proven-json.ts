import type { ReadLimits } from '../read-limits.ts'
import type { Remarks } from '../remarks.ts'
import { JsonFault } from './json-fault.ts'
import { type JsonProofLimits, JsonProver } from './json-prover.ts'
import { decodeProven } from './key-texts.ts'

/** Members of one object: coverage lists every file of a project as one. */
const MOST_MEMBERS = 100_000
const CODES = {
  syntax: 'test/unparseable',
  encoding: 'test/bad-encoding',
  depth: 'test/too-deep',
  length: 'test/too-long',
  members: 'test/too-many-attributes',
} as const

export const proofLimits = (limits: ReadLimits): JsonProofLimits => ({
  depth: limits.depth,
  length: limits.textLength,
  members: MOST_MEMBERS,
})

/** Of a proven text nothing is left to disagree about: the fastest reader will do. */
export const parseProven = (bytes: Buffer): unknown => JSON.parse(decodeProven(bytes))

/**
 * Does what may find a fault in a JSON text.
 *
 * @param where the place that the finding names
 * @throws Refusal
 */
export function refuseFaults(remarks: Remarks, where: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error
    throw remarks.refusal(CODES[error.kind], where, error.message)
  }
}

/** Reads texts of one JSON value each, such as the lines of a report, wholly and strictly. */
export class JsonTexts {
  readonly #prover: JsonProver
  readonly #remarks: Remarks

  /** @param depth most arrays and objects within each other */
  constructor(limits: ReadLimits, depth: number, remarks: Remarks) {
    this.#prover = new JsonProver({ ...proofLimits(limits), depth })
    this.#remarks = remarks
  }

  /**
   * @param where the place that a finding names
   * @throws Refusal, after which nothing can be read
   */
  read(bytes: Buffer, where: string): unknown {
    refuseFaults(this.#remarks, where, () => {
      this.#prover.write(bytes)
      this.#prover.end()
    })
    return parseProven(bytes)
  }
}
