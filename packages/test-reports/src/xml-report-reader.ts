import type { ByteReader, Reading } from './byte-reader.ts'
import { type Grammar, GrammarContent, type XmlMeaning } from './xml-grammar.ts'
import { XmlInput } from './xml-input.ts'

/** Reads an XML format whose elements a grammar lists. */
export class XmlReportReader implements ByteReader {
  readonly #xml: XmlInput

  constructor(roots: readonly string[], grammar: Grammar, meaning: XmlMeaning, reading: Reading) {
    const { limits, remarks } = reading
    this.#xml = new XmlInput(new GrammarContent(roots, grammar, meaning, remarks), limits, remarks)
  }

  write(bytes: Buffer): void {
    this.#xml.write(bytes)
  }

  end(): void {
    this.#xml.end()
  }
}
