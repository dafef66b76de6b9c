/** Printable ASCII without a backslash: in a string of such text nothing is escaped, and a quote ends it. */
const SIMPLE = /^[ -[\]-~]*$/
const MAX_DEPTH = 16

/**
 * Whether a text is an object in the one canonical spelling, told without building any value: no space,
 * keys in order, numbers as ECMAScript prints them (RFC 8785). Only for text without a backslash; of any
 * other it says nothing, and undefined is returned.
 */
export function isCanonicalObject(text: string): boolean | undefined {
  if (!SIMPLE.test(text)) return undefined
  return text.startsWith('{') && endOfValue(text, 0, MAX_DEPTH) === text.length
}

const NOWHERE = -1

/** Where the value that begins at `at` ends; {@link NOWHERE} when none is, or not a canonical one. */
function endOfValue(text: string, at: number, depth: number): number {
  const first = text[at]
  if (first === '"') return endOfString(text, at)
  if (first === '{') return depth === 0 ? NOWHERE : endOfObject(text, at, depth - 1)
  if (first === '[') return depth === 0 ? NOWHERE : endOfList(text, at, depth - 1)
  for (const word of WORDS) if (text.startsWith(word, at)) return at + word.length
  return endOfNumber(text, at)
}

const WORDS = ['null', 'true', 'false'] as const

const endOfString = (text: string, at: number): number => text.indexOf('"', at + 1) + 1 || NOWHERE

const NUMBER = /[-+.0-9e]+/y

function endOfNumber(text: string, at: number): number {
  NUMBER.lastIndex = at
  const [digits] = NUMBER.exec(text) ?? []
  const value = Number(digits)
  if (digits === undefined || String(value) !== digits) return NOWHERE
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? NOWHERE : at + digits.length
}

function endOfObject(text: string, open: number, depth: number): number {
  if (text[open + 1] === '}') return open + 2
  let before = ''
  for (let at = open + 1; text[at] === '"';) {
    const end = endOfString(text, at)
    const key = text.slice(at + 1, end - 1)
    // The empty key comes first of all and is rare: it is left to the strict reader.
    if (end === NOWHERE || key <= before || key === '__proto__' || text[end] !== ':') return NOWHERE
    before = key
    at = endOfValue(text, end + 1, depth)
    if (at === NOWHERE) return NOWHERE
    if (text[at] === '}') return at + 1
    if (text[at] !== ',') return NOWHERE
    at += 1
  }
  return NOWHERE
}

function endOfList(text: string, open: number, depth: number): number {
  if (text[open + 1] === ']') return open + 2
  for (let at = open + 1; ;) {
    at = endOfValue(text, at, depth)
    if (at === NOWHERE) return NOWHERE
    if (text[at] === ']') return at + 1
    if (text[at] !== ',') return NOWHERE
    at += 1
  }
}
