import type { ByteReader, Reading } from '../byte-reader.ts'
import { XmlInput } from '../xml-input.ts'
import { JUnitDocument } from './junit-document.ts'
import { MOST_PLAIN_ATTRIBUTES } from './plain-attributes.ts'
import { PLAIN_DEPTH, PlainCases } from './plain-cases.ts'

const TAG_END = 0x3e
const CASE_END = Buffer.from('</testcase')
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
    // Within one piece no text can be longer than a limit above its size.
    if (shortcut && limits.attributes >= MOST_PLAIN_ATTRIBUTES && limits.textLength >= PIECE)
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
    this.#plain?.enter(piece)
    let index = 0
    let misses = 0
    while (index < piece.length) {
      const taken = this.#takePlain(index)
      misses = taken > index ? 0 : misses + 1
      index = taken
      if (index === piece.length) return
      const end = misses > PATIENCE ? piece.length : this.#nextCut(piece, index)
      const ended = this.#xml.write(piece.subarray(index, end))
      this.#betweenTags = ended && piece[end - 1] === TAG_END && misses <= PATIENCE
      index = end
    }
  }

  /** Behind the next `>`, or in front of the end of the open case: no plain case can begin earlier. */
  #nextCut(piece: Buffer, index: number): number {
    if (this.#document.isInCase) {
      const caseEnd = piece.indexOf(CASE_END, index)
      if (caseEnd !== index) return caseEnd === -1 ? piece.length : caseEnd
    }
    const tagEnd = piece.indexOf(TAG_END, index)
    return tagEnd === -1 ? piece.length : tagEnd + 1
  }

  #takePlain(index: number): number {
    const suite = this.#betweenTags ? this.#document.suite : undefined
    if (suite === undefined || this.#plain === undefined) return index
    if (this.#document.depth + PLAIN_DEPTH > this.#deepest) return index
    const taken = this.#plain.take(index, suite)
    this.#xml.skipLines(this.#plain.lines)
    return taken
  }
}
