import type { ByteReader, Reading } from '../byte-reader.ts'
import { JsonProver } from './json-prover.ts'
import type { JsonVisitor } from './json-visitor.ts'
import { JsonWalk } from './json-walk.ts'
import { proofLimits, refuseFaults } from './proven-json.ts'

/**
 * Reads a report that is one JSON value, in one pass and in flat memory: every byte is proven (see
 * {@link JsonProver}), and of the values only those are built that a visitor asks for.
 */
export class JsonReportReader implements ByteReader {
  readonly #reading: Reading
  readonly #prover: JsonProver
  readonly #walk: JsonWalk

  /** @param document sees the report as its only item */
  constructor(reading: Reading, document: JsonVisitor) {
    this.#reading = reading
    this.#walk = new JsonWalk(document, reading.limits, () => this.#prover.hush())
    this.#prover = new JsonProver(proofLimits(reading.limits), this.#walk)
  }

  write(bytes: Buffer): void {
    refuseFaults(this.#reading.remarks, '', () => {
      this.#walk.open(bytes)
      this.#prover.write(bytes)
      this.#walk.close()
    })
  }

  end(): void {
    refuseFaults(this.#reading.remarks, '', () => {
      this.#walk.open(Buffer.alloc(0))
      this.#prover.end()
    })
  }
}
