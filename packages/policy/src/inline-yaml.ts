import { parseDocument } from 'yaml'

/**
 * A value on one line of YAML, quoted where it must be. The library's own printer breaks a list over
 * lines as soon as one text in it has a line end.
 */
export function inlineYaml(value: unknown): string {
  if (typeof value === 'string') return isPlain(value) ? value : quoted(value)
  if (Array.isArray(value)) return `[${value.map(inlineYaml).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  const pairs = Object.entries(value).map(
    ([key, held]) => `${inlineYaml(key)}: ${inlineYaml(held)}`,
  )
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`
}

/** Whether a reader takes the bare text for itself, and not for a number, a key or null. */
function isPlain(text: string): boolean {
  if (!/^[\w./-][\w./:%@+=*-]*$/.test(text)) return false
  const list: unknown = parseDocument(`[${text}]`, { stringKeys: true, logLevel: 'silent' }).toJS()
  return Array.isArray(list) && list.length === 1 && list[0] === text
}

/** A JSON string is a YAML one; what a policy may not hold unseen is escaped besides. */
const quoted = (text: string): string =>
  JSON.stringify(text).replace(
    /[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
