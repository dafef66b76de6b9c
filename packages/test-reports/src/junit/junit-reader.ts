import type { ByteReader, Reading } from '../byte-reader.ts'
import { XmlInput } from '../xml-input.ts'
import { JUnitDocument } from './junit-document.ts'
import { MOST_PLAIN_ATTRIBUTES } from './plain-attributes.ts'
import { PlainCases } from './plain-cases.ts'

const TAG_END = 0x3e
/** Tags without a plain case among them after which the rest of a piece is handed over whole. */
const PATIENCE = 48
/** Small enough to stay in the processor's cache between the two readers. */
const PIECE = 64 * 1024

/**
 * JUnit XML. saxes reads the document; complete plain cases between two tags are taken out of its way
 * (see {@link PlainCases}), which it cannot notice: it stands in the content of a suite before and
 * after, and whether an element came or not does not change what may follow.
 */
export class JUnitReader implements ByteReader {
  readonly #document: JUnitDocument
  readonly #xml: XmlInput
  #plain: PlainCases | undefined
  readonly #deepest: number
  #betweenTags = false

  /** @param shortcut whether plain cases go past saxes; without it the same comes out, later */
  constructor({ ledger, limits, remarks }: Reading, shortcut = true) {
    this.#document = new JUnitDocument({ ledger, remarks })
    this.#xml = new XmlInput(this.#document, limits, remarks)
    this.#deepest = limits.depth
    if (shortcut && limits.attributes >= MOST_PLAIN_ATTRIBUTES)
      this.#plain = new PlainCases(ledger, limits.attributeLength)
  }

  write(bytes: Buffer): void {
    for (let start = 0; start < bytes.length; start += PIECE)
      this.#writePiece(bytes.subarray(start, start + PIECE))
  }

  end(): void {
    this.#xml.end()
  }

  #writePiece(piece: Buffer): void {
    let index = 0
    let misses = 0
    while (index < piece.length) {
      const taken = this.#takePlain(piece, index)
      misses = taken > index ? 0 : misses + 1
      index = taken
      if (index === piece.length) return
      const tagEnd = misses > PATIENCE ? -1 : piece.indexOf(TAG_END, index)
      const end = tagEnd === -1 ? piece.length : tagEnd + 1
      const ended = this.#xml.write(piece.subarray(index, end))
      this.#betweenTags = ended && tagEnd !== -1
      index = end
    }
  }

  #takePlain(piece: Buffer, index: number): number {
    const suite = this.#betweenTags ? this.#document.suite : undefined
    if (suite === undefined || this.#plain === undefined) return index
    if (this.#document.depth >= this.#deepest) return index
    const taken = this.#plain.take(piece, index, suite.direct)
    this.#xml.skipLines(this.#plain.lines)
    return taken
  }
}
