import { isPlainObject } from './canonical-json.ts'

/**
 * The same data with every string (and key) well formed and in Unicode NFC, which is what signed JSON
 * may hold. For text from outside, such as file names and findings.
 * @throws TypeError when two keys of one object become the same
 */
export function withExactText(value: unknown): unknown {
  if (typeof value === 'string') return exactText(value)
  if (Array.isArray(value)) return value.map(withExactText)
  if (!isPlainObject(value)) return value
  const members = new Map(
    Object.entries(value).map(([key, member]) => [exactText(key), withExactText(member)]),
  )
  if (members.size < Object.keys(value).length) throw new TypeError('two keys are one text')
  return Object.fromEntries(members)
}

const exactText = (text: string): string => text.toWellFormed().normalize('NFC')
