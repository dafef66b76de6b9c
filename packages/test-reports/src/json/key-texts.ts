import { isAscii } from 'node:buffer'

const SLOTS = 512
const LONGEST = 64

interface Known {
  readonly bytes: Uint8Array
  readonly text: string
}

/**
 * Texts of keys by their bytes. The same few keys come again in every test, so that nearly none has to
 * be made into a string.
 */
export class KeyTexts {
  readonly #known = Array<Known | undefined>(SLOTS).fill(undefined)

  /** @param bytes of which those from `start` to `end` are a key without escapes, in proven UTF-8 */
  textOf(bytes: Buffer, start: number, end: number): string {
    let hash = end - start
    for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193)
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1)
    const known = this.#known[slot]
    if (known !== undefined && isAt(bytes, start, end, known.bytes)) return known.text
    const text = decodeProven(bytes.subarray(start, end))
    if (end - start <= LONGEST)
      this.#known[slot] = { bytes: Uint8Array.prototype.slice.call(bytes, start, end), text }
    return text
  }
}

function isAt(bytes: Buffer, start: number, end: number, known: Uint8Array): boolean {
  if (known.length !== end - start) return false
  for (let at = 0; at < known.length; at += 1) if (known[at] !== bytes[start + at]) return false
  return true
}

/** Text of bytes that were proven to be UTF-8. */
export const decodeProven = (bytes: Buffer): string =>
  bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8')
