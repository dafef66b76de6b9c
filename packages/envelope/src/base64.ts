/**
 * Decodes standard base64 (RFC 4648 §4) in its one canonical form; undefined for anything else.
 * Node's own decoder skips what it does not know and takes both alphabets, so the same bytes would
 * have many spellings, and a digest of the envelope would not pin its meaning.
 */
export function decodeBase64(text: string): Buffer | undefined {
  if (text.length % 4 !== 0) return undefined
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

export const encodeBase64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
