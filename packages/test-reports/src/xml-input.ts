import { SaxesParser } from 'saxes'
import type { ReadLimits } from './read-limits.ts'
import type { Remarks } from './remarks.ts'
import { Refusal } from './remarks.ts'
import { Utf8Text } from './utf8-text.ts'

/** Attributes of one element in document order: two columns that are reused for the next element. */
export interface XmlAttributes {
  readonly names: string[]
  readonly values: string[]
  count: number
}

/** What a format makes of the markup. Any method may throw a {@link Refusal}. */
export interface XmlContent {
  open(name: string, attributes: XmlAttributes): void
  close(name: string): void
  /** Text and CDATA, in the pieces in which they stand. Called only while `wantsText`. */
  text(text: string): void
  readonly wantsText: boolean
}

/**
 * One XML document, pushed in as bytes. Well-formedness is judged by saxes; on top of it: UTF-8 only,
 * XML 1.0 only, no DOCTYPE (and so no entities of its own), no processing instructions, no
 * namespaces but the declarations that XML Schema instances carry, and hard limits.
 */
export class XmlInput {
  readonly #parser = new SaxesParser({ forceXMLVersion: true, defaultXMLVersion: '1.0' })
  readonly #decoder = new Utf8Text()
  readonly #attributes: XmlAttributes = { names: [], values: [], count: 0 }
  readonly #content: XmlContent
  readonly #limits: ReadLimits
  readonly #remarks: Remarks
  #depth = 0
  /** Characters since the parser last reported anything: a token that grows without end. */
  #silent = 0
  #events = 0
  #tagEnded = false
  #skippedLines = 0

  constructor(content: XmlContent, limits: ReadLimits, remarks: Remarks) {
    this.#content = content
    this.#limits = limits
    this.#remarks = remarks
    this.#listen()
  }

  /**
   * @returns whether the last of these bytes ended a tag, so that the parser stands in content
   *   with nothing pending. Meaningful when the bytes hold one `>` and end with it.
   * @throws Refusal
   */
  write(bytes: Buffer): boolean {
    const before = this.#events
    this.#tagEnded = false
    const text = this.#decode(() => this.#decoder.decode(bytes))
    this.#parse(() => this.#parser.write(text))
    this.#silent = this.#events === before ? this.#silent + text.length : 0
    if (this.#silent > this.#limits.textLength) {
      const message = `a text or a tag is longer than ${this.#limits.textLength} characters`
      throw this.#remarks.refusal('test/too-long', this.#where(), message)
    }
    return this.#tagEnded
  }

  /** Complete elements with so many lines were read elsewhere: keeps places in messages right. */
  skipLines(count: number): void {
    this.#skippedLines += count
  }

  /** @throws Refusal */
  end(): void {
    const rest = this.#decode(() => this.#decoder.end())
    this.#parse(() => this.#parser.write(rest).close())
  }

  #listen(): void {
    // No more than seven: with the eighth V8 turns the parser's object into a dictionary, which reads
    // six times slower.
    const parser = this.#parser
    parser.on('doctype', () => this.#forbid('a DOCTYPE'))
    parser.on('processinginstruction', () => this.#forbid('a processing instruction'))
    parser.on('attribute', (attribute) => this.#attribute(attribute))
    parser.on('opentag', (tag) => this.#open(tag.name))
    parser.on('closetag', (tag) => this.#close(tag.name))
    parser.on('cdata', this.#text)
    parser.on('text', this.#text)
  }

  #judgeDeclaration(): void {
    const { version = '1.0', encoding } = this.#parser.xmlDecl
    if (version !== '1.0')
      throw this.#remarks.refusal('test/unparseable', '', `XML ${version} is not XML 1.0`)
    if (encoding !== undefined && !/^utf-?8$/i.test(encoding))
      throw this.#remarks.refusal('test/bad-encoding', '', `it declares the encoding ${encoding}`)
  }

  #forbid(what: string): never {
    throw this.#remarks.refusal('test/forbidden-markup', this.#where(), `it has ${what}`)
  }

  #attribute({ name, value }: { name: string; value: string }): void {
    this.#events += 1
    const { names, values, count } = this.#attributes
    if (count >= this.#limits.attributes)
      this.#exceed('test/too-many-attributes', `${this.#limits.attributes} attributes`)
    if (value.length > this.#limits.attributeLength)
      this.#exceed('test/too-long', `${this.#limits.attributeLength} characters in one attribute`)
    if (name.includes(':')) return this.#judgePrefixed(name, value)
    names[count] = name
    values[count] = value
    this.#attributes.count = count + 1
  }

  #exceed(code: 'test/too-long' | 'test/too-many-attributes', what: string): never {
    throw this.#remarks.refusal(code, this.#where(), `an element has more than ${what}`)
  }

  /** What surefire and .NET serialisers write at the root, and nothing else with a colon. */
  #judgePrefixed(name: string, value: string): void {
    const expected = HARMLESS_PREFIXED.get(name)
    if (expected === undefined || (expected !== '' && expected !== value))
      this.#remarks.add(
        'test/unknown-attribute',
        this.#where(),
        `attribute ${name}="${cut(value)}"`,
      )
  }

  #open(name: string): void {
    this.#events += 1
    this.#tagEnded = true
    if (this.#depth === 0) this.#judgeDeclaration()
    this.#depth += 1
    if (this.#depth > this.#limits.depth) {
      const message = `elements are nested more than ${this.#limits.depth} deep`
      throw this.#remarks.refusal('test/too-deep', this.#where(), message)
    }
    this.#content.open(name, this.#attributes)
    this.#attributes.count = 0
    this.#listenToText()
  }

  #close(name: string): void {
    this.#events += 1
    this.#tagEnded = true
    this.#depth -= 1
    this.#content.close(name)
    this.#listenToText()
  }

  #text = (text: string): void => {
    this.#events += 1
    if (this.#content.wantsText) this.#content.text(text)
  }

  /** Without a listener saxes does not collect text: a log of any size costs nothing. */
  #listenToText(): void {
    if (this.#content.wantsText) this.#parser.on('text', this.#text)
    else this.#parser.off('text')
  }

  #where(): string {
    return `line ${this.#parser.line + this.#skippedLines}, column ${this.#parser.column}`
  }

  #decode(work: () => string): string {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      const message = `the bytes after ${this.#where()} are not UTF-8`
      throw this.#remarks.refusal('test/bad-encoding', '', message)
    }
  }

  #parse(work: () => unknown): void {
    try {
      work()
    } catch (error) {
      if (error instanceof Refusal || !(error instanceof Error)) throw error
      const message = error.message.replace(/^\d+:\d+: /, '')
      throw this.#remarks.refusal('test/unparseable', this.#where(), message)
    }
  }
}

const cut = (text: string): string => text.slice(0, 80)

const XSI = 'http://www.w3.org/2001/XMLSchema-instance'
const HARMLESS_PREFIXED = new Map([
  ['xmlns:xsi', XSI],
  ['xmlns:xsd', 'http://www.w3.org/2001/XMLSchema'],
  ['xsi:noNamespaceSchemaLocation', ''],
  ['xsi:schemaLocation', ''],
])
