import { JsonRefusal, JsonScanner } from './json-scanner.ts'

/** What a JSON text from outside may be at most. */
export interface JsonLimits {
  readonly maxBytes: number
  /** Arrays and objects inside each other: `[]` needs 1, `[{}]` needs 2. */
  readonly maxDepth: number
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads a whole JSON text from outside (RFC 8259) so that no two readers can see different things in
 * it: RFC 7493 and stricter, see {@link JsonScanner}. The scanner first proves the text; `JSON.parse`
 * then only builds the values, for speed: of a proven text nothing is left to disagree about.
 * @throws JsonRefusal
 */
export function parseStrictJson(bytes: Uint8Array, limits: JsonLimits): unknown {
  if (bytes.byteLength > limits.maxBytes) {
    throw new JsonRefusal(`${bytes.byteLength} bytes, the limit is ${limits.maxBytes}`)
  }
  const text = decode(bytes)
  if (text.startsWith('\uFEFF')) throw new JsonRefusal('it starts with a byte order mark')
  new JsonScanner(text, limits.maxDepth).scan()
  return JSON.parse(text)
}

function decode(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes)
  } catch {
    throw new JsonRefusal('not UTF-8')
  }
}
