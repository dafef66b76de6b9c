import { membersOf } from './report-json.ts'
import type { Remarks } from './remarks.ts'

/**
 * The keys that an object may have, each with the kinds of value that it may hold, parted by blanks;
 * `absent` among them when the key may be missing.
 */
export type JsonShape = ReadonlyMap<string, string>

export const shapeOf = (keys: Readonly<Record<string, string>>): JsonShape =>
  new Map(Object.entries(keys))

/** An object whose members are of known kinds. A member that is absent or null reads as nothing. */
export class JsonRecord {
  readonly #members: ReadonlyMap<string, unknown>

  constructor(members: ReadonlyMap<string, unknown>) {
    this.#members = members
  }

  has(name: string): boolean {
    return this.#members.has(name)
  }

  value(name: string): unknown {
    return this.#members.get(name)
  }

  text(name: string): string {
    const value = this.#members.get(name)
    return typeof value === 'string' ? value : ''
  }

  number(name: string): number {
    const value = this.#members.get(name)
    return typeof value === 'number' ? value : 0
  }

  flag(name: string): boolean {
    return this.#members.get(name) === true
  }

  list(name: string): readonly unknown[] {
    const value = this.#members.get(name)
    return Array.isArray(value) ? value : []
  }
}

/**
 * Reads an object of a known shape. A key that the shape lacks is a finding: it may hold an outcome
 * that nobody looks at.
 *
 * @param where the place that a finding names
 * @throws Refusal `test/unparseable` when a member is missing or of another kind
 */
export function readShape(
  value: unknown,
  shape: JsonShape,
  remarks: Remarks,
  where: string,
): JsonRecord {
  const members = membersOf(value)
  if (members === undefined)
    throw remarks.refusal('test/unparseable', where, 'a JSON object should stand here')
  for (const name of members.keys())
    if (!shape.has(name))
      remarks.add('test/unknown-attribute', where, `a key is called ${name.slice(0, 80)}`)
  for (const [name, kinds] of shape) {
    const kind = members.has(name) ? kindOf(members.get(name)) : 'absent'
    if (!kinds.split(' ').includes(kind))
      throw remarks.refusal('test/unparseable', where, `the value of ${name} is ${kind}`)
  }
  return new JsonRecord(members)
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}
