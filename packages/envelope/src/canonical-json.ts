/**
 * One text for one value: keys sorted by UTF-16 code units, no white space (RFC 8785 for the values
 * used here). Undefined members are left out, as JSON.stringify does.
 * @throws TypeError for what JSON cannot hold: non-finite numbers, functions, dates and the like
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (isPlain(value)) return `{${membersOf(value).join(',')}}`
  throw new TypeError(`not JSON: ${String(value)}`)
}

const membersOf = (value: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.keys(value)
    .sort()
    .flatMap((key) => (value[key] === undefined ? [] : [`${JSON.stringify(key)}:${canonicalJson(value[key])}`]))

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
