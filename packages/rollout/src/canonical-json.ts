import { compareText } from './zone-capacity.ts'

/**
 * JSON with sorted keys and no white space: the same value is always the same bytes, so that it can
 * be hashed. Keys are ordered by UTF-16 code unit as RFC 8785 does.
 *
 * @throws TypeError on what JSON cannot say: undefined, functions, numbers that are not finite.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => compareText(a, b))
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`
  }
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new TypeError(`not JSON: ${value}`)
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value))
    return JSON.stringify(value)
  throw new TypeError(`not JSON: ${typeof value}`)
}
