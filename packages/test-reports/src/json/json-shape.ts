import type { Remarks } from '../remarks.ts'
import type { JsonKind } from './json-prover.ts'

/** What a member may be; `absent` when it may be missing. */
type Kinds = ReadonlySet<string>

/** The keys that an object may have, each with the kinds of value that it may hold. */
export type JsonShape = ReadonlyMap<string, Kinds>

/** @param keys with their kinds, parted by blanks */
export const shapeOf = (keys: Readonly<Record<string, string>>): JsonShape =>
  new Map(Object.entries(keys).map(([key, kinds]) => [key, new Set(kinds.split(' '))]))

/** Members of a proven JSON object, which has no `__proto__` among them. */
type Members = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The members of a JSON object; undefined for any other value. */
export const membersOf = (value: unknown): ReadonlyMap<string, unknown> | undefined =>
  isObject(value) ? new Map(Object.entries(value)) : undefined

/** An object whose members are of known kinds. A member that is absent or null reads as nothing. */
export class JsonRecord {
  readonly #members: Members

  constructor(members: Members) {
    this.#members = members
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#members, name)
  }

  /** Whether there is a value other than null. */
  holds(name: string): boolean {
    return (this.#members[name] ?? null) !== null
  }

  value(name: string): unknown {
    return this.#members[name]
  }

  text(name: string): string {
    const value = this.#members[name]
    return typeof value === 'string' ? value : ''
  }

  number(name: string): number {
    const value = this.#members[name]
    return typeof value === 'number' ? value : 0
  }

  flag(name: string): boolean {
    return this.#members[name] === true
  }

  list(name: string): readonly unknown[] {
    const value = this.#members[name]
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
  if (!isObject(value))
    throw remarks.refusal('test/unparseable', where, 'a JSON object should stand here')
  for (const name of Object.keys(value))
    judgeMember(name, kindOf(value[name]), shape, remarks, where)
  judgeAbsent(value, shape, remarks, where)
  return new JsonRecord(value)
}

/**
 * Judges one member of an object of a known shape.
 *
 * @returns false, and a finding, when the shape has no such key
 * @throws Refusal `test/unparseable` when it is of another kind
 */
export function judgeMember(
  name: string,
  kind: JsonKind,
  shape: JsonShape,
  remarks: Remarks,
  where: string,
): boolean {
  const kinds = shape.get(name)
  if (kinds === undefined)
    remarks.add('test/unknown-attribute', where, `a key is called ${name.slice(0, 80)}`)
  else if (!kinds.has(kind))
    throw remarks.refusal('test/unparseable', where, `the value of ${name} is ${kind}`)
  return kinds !== undefined
}

/** @throws Refusal `test/unparseable` when a member is missing that may not */
export function judgeAbsent(
  members: Members,
  shape: JsonShape,
  remarks: Remarks,
  where: string,
): void {
  for (const [name, kinds] of shape)
    if (!kinds.has('absent') && !Object.hasOwn(members, name))
      throw remarks.refusal('test/unparseable', where, `the value of ${name} is absent`)
}

function kindOf(value: unknown): JsonKind {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  const type = typeof value
  return type === 'string' || type === 'number' || type === 'boolean' ? type : 'object'
}
