const SPACE = 0x20
const NEWLINE = 0x0a
const RETURN = 0x0d
const QUOTE = 0x22
const APOSTROPHE = 0x27
const AMPERSAND = 0x26
const LESS = 0x3c
const GREATER = 0x3e
const BRACKET = 0x5d

/** The entities that XML itself defines (XML 1.0, section 4.6), and the references that runners write. */
const ENTITIES = (
  [
    ['&amp;', '&'],
    ['&lt;', '<'],
    ['&gt;', '>'],
    ['&quot;', '"'],
    ['&apos;', "'"],
    ['&#34;', '"'],
    ['&#39;', "'"],
    ['&#10;', '\n'],
    ['&#xA;', '\n'],
    ['&#9;', '\t'],
    ['&#x9;', '\t'],
  ] as const
).map(([entity, text]) => ({ entity, text, bytes: Buffer.from(entity), byte: text.charCodeAt(0) }))

/** The entity that stands there, one of the few that are known here. */
export const entityAt = (bytes: Buffer, start: number) =>
  ENTITIES.find((entity) => stands(entity.bytes, bytes, start))

export function stands(expected: Buffer, bytes: Buffer, start: number): boolean {
  for (let index = 0; index < expected.length; index += 1)
    if (bytes[start + index] !== expected[index]) return false
  return true
}

/** The text of plain bytes: entities replaced, line ends as XML has them (XML 1.0, section 2.11). */
export function decodePlain(bytes: Buffer, start: number, end: number): string {
  const text = decodeLines(bytes, start, end)
  if (!text.includes('&')) return text
  return ENTITIES.toReversed().reduce(
    (decoded, { entity, text: meant }) => decoded.replaceAll(entity, meant),
    text,
  )
}

/** The text of a CDATA section: no entities. */
export function decodeLines(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end)
  return text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text
}

const PLAIN = 0
const LINE = 1
const STOP = 2

const kinds = (stops: string): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, byte) => {
    if (byte === NEWLINE) return LINE
    const allowed = byte === 0x09 || (byte >= SPACE && !stops.includes(String.fromCharCode(byte)))
    return allowed ? PLAIN : STOP
  })

const IN_TEXT = kinds('<&>')
const IN_CDATA = kinds('')
const CDATA_END = Buffer.from(']]>')
const CDATA_START = Buffer.from('<![CDATA[')

/** Bytes that end a run of plain text in an attribute: control characters, quotes, what XML gives a meaning. */
export const ENDS_VALUE = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < SPACE || [QUOTE, APOSTROPHE, AMPERSAND, LESS].includes(byte) ? 1 : 0,
)

/**
 * A place in bytes. Moves over what is sound as it stands there, or says that it cannot. Bytes above
 * ASCII are taken for text: whether they are UTF-8 is asked elsewhere.
 */
export class PlainCursor {
  bytes: Buffer = Buffer.alloc(0)
  at = 0
  /** Line ends that were passed. */
  lines = 0

  skip(expected: Buffer): boolean {
    if (!stands(expected, this.bytes, this.at)) return false
    this.at += expected.length
    return true
  }

  skipSpace(): void {
    for (; ; this.at += 1) {
      const byte = this.bytes[this.at]
      if (byte === NEWLINE) this.lines += 1
      else if (byte === RETURN) this.#passReturn(this.at)
      else if (byte !== SPACE && byte !== 0x09) return
    }
  }

  /** A value in quotes of either kind. */
  skipValue(): boolean {
    const quote = this.bytes[this.at]
    if (quote !== QUOTE && quote !== APOSTROPHE) return false
    for (;;) {
      this.at += 1
      while (ENDS_VALUE[this.bytes[this.at] ?? 0] === 0) this.at += 1
      const byte = this.bytes[this.at]
      if (byte === quote) break
      if (byte === AMPERSAND) {
        const entity = entityAt(this.bytes, this.at)
        if (entity === undefined) return false
        this.at += entity.bytes.length - 1
      } else if (byte !== QUOTE && byte !== APOSTROPHE) return false
    }
    this.at += 1
    return true
  }

  /** To the `<` after a text. */
  skipText(): boolean {
    for (;;) {
      this.#run(IN_TEXT, this.bytes.length)
      const byte = this.bytes[this.at]
      if (byte === LESS) return true
      if (byte === GREATER && !this.#isAfterBrackets()) this.at += 1
      else if (byte === RETURN) this.#passReturn(this.at++)
      else {
        const entity = byte === AMPERSAND ? entityAt(this.bytes, this.at) : undefined
        if (entity === undefined) return false
        this.at += entity.bytes.length
      }
    }
  }

  /** Whether a CDATA section begins here; its text does then. */
  enterCData(): boolean {
    return this.skip(CDATA_START)
  }

  /** @returns where the text of the CDATA section ends, whose end is passed too; -1 when it is not sound */
  skipCData(): number {
    const end = this.bytes.indexOf(CDATA_END, this.at)
    if (end === -1) return -1
    for (;;) {
      this.#run(IN_CDATA, end)
      if (this.at === end) break
      if (this.bytes[this.at] !== RETURN) return -1
      this.#passReturn(this.at++)
    }
    this.at = end + CDATA_END.length
    return end
  }

  /** Over bytes that need no thought. */
  #run(table: Uint8Array, end: number): void {
    const { bytes } = this
    let index = this.at
    let lines = 0
    for (; index < end; index += 1) {
      const kind = table[bytes[index] ?? 0]
      if (kind === STOP) break
      if (kind === LINE) lines += 1
    }
    this.at = index
    this.lines += lines
  }

  #passReturn(at: number): void {
    if (this.bytes[at + 1] !== NEWLINE) this.lines += 1
  }

  #isAfterBrackets(): boolean {
    return this.bytes[this.at - 1] === BRACKET && this.bytes[this.at - 2] === BRACKET
  }
}
