import type { Remarks } from './remarks.ts'
import type { XmlAttributes, XmlContent } from './xml-input.ts'

/** What one element may hold. */
export interface ElementRule {
  readonly children?: readonly string[]
  readonly attributes?: readonly string[]
  /** `read` hands text on, `ignored` drops it; otherwise there may be none. */
  readonly text?: 'read' | 'ignored'
  /** Everything below bears on no outcome, and is not looked at. */
  readonly opaque?: boolean
}

export type Grammar = ReadonlyMap<string, ElementRule>

/** What a format makes of elements that its grammar allows. */
export interface XmlMeaning {
  begin(name: string, attributes: ReadonlyMap<string, string>): void
  end(name: string): void
  text(parent: string, text: string): void
  /** Where in the report the reader stands, for findings. */
  place(): string
}

/** Judges markup by a grammar; what it does not allow is a finding, and is not handed on. */
export class GrammarContent implements XmlContent {
  wantsText = true
  readonly #roots: readonly string[]
  readonly #grammar: Grammar
  readonly #meaning: XmlMeaning
  readonly #remarks: Remarks
  readonly #path: string[] = []
  /** Open elements at and below one that is unknown or opaque. */
  #hidden = 0

  constructor(roots: readonly string[], grammar: Grammar, meaning: XmlMeaning, remarks: Remarks) {
    this.#roots = roots
    this.#grammar = grammar
    this.#meaning = meaning
    this.#remarks = remarks
  }

  open(name: string, attributes: XmlAttributes): void {
    const parent = this.#path.at(-1)
    this.#path.push(name)
    if (this.#hidden > 0 || !this.#isKnown(name, parent)) this.#hidden += 1
    else {
      this.#meaning.begin(name, this.#judgeAttributes(name, attributes))
      if (this.#grammar.get(name)?.opaque) this.#hidden += 1
    }
    this.#listen()
  }

  close(): void {
    const name = this.#path.pop() ?? ''
    const outermost = this.#hidden === 1
    if (this.#hidden > 0) this.#hidden -= 1
    if (this.#hidden === 0 && (!outermost || this.#grammar.get(name)?.opaque))
      this.#meaning.end(name)
    this.#listen()
  }

  text(text: string): void {
    const parent = this.#path.at(-1)
    if (parent === undefined) return
    if (this.#grammar.get(parent)?.text === 'read') this.#meaning.text(parent, text)
    else if (text.trim() !== '')
      this.#add('test/unknown-element', `${parent} holds text: ${text.trim().slice(0, 80)}`)
  }

  #listen(): void {
    const rule = this.#grammar.get(this.#path.at(-1) ?? '')
    this.wantsText = this.#hidden === 0 && rule?.text !== 'ignored'
  }

  #isKnown(name: string, parent: string | undefined): boolean {
    if (parent === undefined) {
      if (this.#roots.includes(name)) return true
      const message = `the root is <${name.slice(0, 80)}>, not <${this.#roots.join('> or <')}>`
      throw this.#remarks.refusal('test/unknown-element', '', message)
    }
    if (this.#grammar.get(parent)?.children?.includes(name)) return true
    this.#add('test/unknown-element', `<${name.slice(0, 80)}> inside <${parent}>`)
    return false
  }

  #judgeAttributes(element: string, attributes: XmlAttributes): ReadonlyMap<string, string> {
    const known = this.#grammar.get(element)?.attributes ?? []
    const read = new Map<string, string>()
    for (let index = 0; index < attributes.count; index += 1) {
      const name = attributes.names[index] ?? ''
      const value = attributes.values[index] ?? ''
      if (known.includes(name)) read.set(name, value)
      else
        this.#add(
          'test/unknown-attribute',
          `${element} has ${name.slice(0, 80)}="${value.slice(0, 80)}"`,
        )
    }
    return read
  }

  #add(code: Parameters<Remarks['add']>[0], message: string): void {
    this.#remarks.add(code, this.#meaning.place(), message)
  }
}
