/** Standard base64 (RFC 4648 §4) in its one canonical form; undefined for every other spelling. */
export function decodeExact(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

/** The base64 of exactly one SHA-256. */
export function decodeHash(text: string): Buffer | undefined {
  const bytes = decodeExact(text)
  return bytes?.byteLength === 32 ? bytes : undefined
}

/** A decimal as C2SP writes sizes and indexes: no sign, no leading zero, exact as a number. */
export function readDecimal(text: string): number | undefined {
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(text)) return undefined
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : undefined
}
