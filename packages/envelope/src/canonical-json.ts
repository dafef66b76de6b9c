const MAX_DEPTH = 64

/**
 * Writes plain JSON data so that equal data are equal bytes: keys sorted by UTF-16 code units, no
 * space, numbers as ECMAScript prints them (RFC 8785). A member whose value is undefined is left out.
 * @throws TypeError for what JSON cannot say alike everywhere: numbers that are not finite, whole
 * numbers beyond 2^53, strings with lone surrogates, functions, class instances, nesting deeper than 64
 */
export const canonicalJson = (value: unknown): string => write(value, 0)

function write(value: unknown, depth: number): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return writeNumber(value)
  if (typeof value === 'string') return writeString(value)
  if (depth >= MAX_DEPTH) throw new TypeError('nested too deep')
  if (Array.isArray(value)) {
    return `[${Array.from(value, (item: unknown) => write(item, depth + 1)).join(',')}]`
  }
  if (isPlainObject(value)) return writeObject(value, depth)
  throw new TypeError(`not plain JSON data: ${typeof value}`)
}

function writeNumber(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError(`not a JSON number: ${value}`)
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new TypeError(`a whole number that doubles cannot hold exactly: ${value}`)
  }
  return JSON.stringify(value)
}

function writeString(value: string): string {
  if (!value.isWellFormed()) throw new TypeError('a string with a lone surrogate')
  return JSON.stringify(value)
}

function writeObject(value: Readonly<Record<string, unknown>>, depth: number): string {
  const keys = Object.keys(value).filter((key) => value[key] !== undefined)
  if (keys.includes('__proto__')) throw new TypeError('the key __proto__')
  // Default sort compares UTF-16 code units, which is what RFC 8785 §3.2.3 asks for.
  const members = keys.sort().map((key) => `${writeString(key)}:${write(value[key], depth + 1)}`)
  return `{${members.join(',')}}`
}

/**
 * Whether data parsed from ASCII text hold nothing that {@link canonicalJson} would write in another
 * order or refuse, so that the quick `JSON.stringify` writes the same. Deeper than `depth` is no.
 */
export function isCanonicalAscii(value: unknown, depth: number): boolean {
  if (typeof value === 'number') return !Number.isInteger(value) || Number.isSafeInteger(value)
  if (typeof value !== 'object' || value === null) return true
  if (depth === 0) return false
  if (Array.isArray(value)) return value.every((item) => isCanonicalAscii(item, depth - 1))
  if (!isPlainObject(value)) return false
  let before = ''
  for (const key of Object.keys(value)) {
    if ((key <= before && before !== '') || key === '__proto__' || key === '') return false
    before = key
    if (!isCanonicalAscii(value[key], depth - 1)) return false
  }
  return true
}

/** True for object literals and parsed JSON; false for arrays, null and instances of classes. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
