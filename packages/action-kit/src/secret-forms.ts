/** Shorter texts occur by chance: hiding them would hide the log. */
const MIN_SECRET = 8

/**
 * Every form in which a secret may come back in a log, a summary or an output: as it is, in base64 and
 * base64url, within a longer base64 text (at each of the three offsets), twice in base64, in hex, in
 * JSON, in a URL, and backwards. Longest first, so that no form is hidden in part.
 */
export function secretForms(secret: string): readonly string[] {
  const lines = secret.split(/[\r\n]+/).map((line) => line.trim())
  const parts = [...new Set([secret, ...lines])]
    .filter((part) => part.length >= MIN_SECRET)
    // The first and last line of PEM (RFC 7468) are everybody's.
    .filter((part) => !/^-----(?:BEGIN|END) [A-Z ]+-----$/.test(part))
  const forms = new Set(parts.flatMap(formsOf))
  return [...forms]
    .filter((form) => form.length >= MIN_SECRET)
    .sort((one, other) => other.length - one.length)
}

function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret)
  const base64 = bytes.toString('base64')
  return [
    secret,
    Array.from(secret).toReversed().join(''),
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret.toWellFormed()),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    base64,
    ...inside(bytes),
    ...inside(Buffer.from(base64)),
  ].flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')])
}

/**
 * What every base64 text has in it that holds these bytes, whatever stands before and after them: the
 * characters that depend on them alone (RFC 4648 §4).
 */
const inside = (bytes: Buffer): readonly string[] =>
  [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
    const start = Math.ceil((offset * 8) / 6)
    return text.slice(start, Math.floor(((offset + bytes.byteLength) * 8) / 6))
  })
