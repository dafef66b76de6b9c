import {
  type CommitId,
  type Digest,
  type TreeId,
  commitId,
  digest,
  isDigest,
  isObjectId,
  treeId,
} from '@bulkhead/vocabulary'
import { isPlainObject } from './canonical-json.ts'

/** Turns unknown data into a `T` or throws a {@link ShapeRefusal}; `at` says where it looked. */
export type Shape<T> = (value: unknown, at: string) => T

export type ShapeReading<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'refused'; readonly reason: string }

class ShapeRefusal extends Error {
  readonly at: string
  readonly wanted: string
  constructor(at: string, wanted: string) {
    super(`${at}: expected ${wanted}`)
    this.at = at
    this.wanted = wanted
  }
}

const refuse = (at: string, wanted: string): never => {
  throw new ShapeRefusal(at, wanted)
}

/** Reads what lies inside: where it is said only once it is refused, for paths cost more than reading. */
function readInner<T>(shape: Shape<T>, value: unknown, where: () => string): T {
  try {
    return shape(value, '')
  } catch (error) {
    if (error instanceof ShapeRefusal) throw new ShapeRefusal(where() + error.at, error.wanted)
    throw error
  }
}

/** Reads parsed JSON by its shape. Everything that the shape does not name is refused. */
export function readShape<T>(shape: Shape<T>, value: unknown): ShapeReading<T> {
  try {
    return { kind: 'read', value: shape(value, '$') }
  } catch (error) {
    if (error instanceof ShapeRefusal) return { kind: 'refused', reason: error.message }
    throw error
  }
}

type Members<T> = { readonly [Key in keyof T]: Shape<T[Key]> }

/** An object with exactly these members. */
export function objectOf<T extends object>(required: Members<T>): Shape<T> {
  const form = formOf(required, {})
  // The checked members become the type that describes them: here and just below, nowhere else.
  return (value, at) => readMembers(value, at, form) as T
}

/** An object with the members of `required`, which may have those of `optional`, and no others. */
export function objectWith<T extends object, O extends object>(
  required: Members<T>,
  optional: Members<O>,
): Shape<T & Partial<O>> {
  const form = formOf(required, optional)
  return (value, at) => readMembers(value, at, form) as T & Partial<O>
}

interface ObjectForm {
  readonly shapes: ReadonlyMap<string, Shape<unknown>>
  readonly required: readonly string[]
}

const formOf = (required: object, optional: object): ObjectForm => ({
  shapes: new Map<string, Shape<unknown>>(Object.entries({ ...optional, ...required })),
  required: Object.keys(required),
})

function readMembers(value: unknown, at: string, { shapes, required }: ObjectForm): object {
  if (!isPlainObject(value)) return refuse(at, 'an object')
  const missing = required.find((key) => !Object.hasOwn(value, key))
  if (missing !== undefined) return refuse(at, `a member ${JSON.stringify(missing)}`)
  const read: Record<string, unknown> = {}
  for (const [key, member] of Object.entries(value)) {
    const shape = shapes.get(key)
    if (shape === undefined) return refuse(at, `no member ${JSON.stringify(key)}`)
    read[key] = readInner(shape, member, () => `${at}.${key}`)
  }
  return read
}

/** An object with any keys and members of one shape, at most `most` of them. */
export const recordOf =
  <T>(member: Shape<T>, most = 10_000): Shape<Readonly<Record<string, T>>> =>
  (value, at) => {
    if (!isPlainObject(value)) return refuse(at, 'an object')
    const entries = Object.entries(value)
    if (entries.length > most) return refuse(at, `at most ${most} members`)
    return Object.fromEntries(
      entries.map(([key, inner]) => [key, readInner(member, inner, () => `${at}.${key}`)]),
    )
  }

export const listOf =
  <T>(item: Shape<T>, most = 100_000): Shape<readonly T[]> =>
  (value, at) => {
    if (!Array.isArray(value)) return refuse(at, 'a list')
    if (value.length > most) return refuse(at, `at most ${most} items`)
    return value.map((inner: unknown, index) => readInner(item, inner, () => `${at}[${index}]`))
  }

export const text: Shape<string> = (value, at) =>
  typeof value === 'string' ? value : refuse(at, 'a string')

export const textLike =
  (pattern: RegExp, wanted: string): Shape<string> =>
  (value, at) =>
    typeof value === 'string' && pattern.test(value) ? value : refuse(at, wanted)

/** A whole number from 0 on. */
export const count: Shape<number> = (value, at) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? value
    : refuse(at, 'a whole number from 0 on')

export const oneOf =
  <const Words extends readonly string[]>(...words: Words): Shape<Words[number]> =>
  (value, at) =>
    words.find((word) => word === value) ?? refuse(at, `one of ${words.join(', ')}`)

export const orNull =
  <T>(shape: Shape<T>): Shape<T | null> =>
  (value, at) =>
    value === null ? null : shape(value, at)

/** An object whose members are the business of somebody else. */
export const anyObject: Shape<Readonly<Record<string, unknown>>> = (value, at) =>
  isPlainObject(value) ? value : refuse(at, 'an object')

export const digestText: Shape<Digest> = (value, at) =>
  typeof value === 'string' && isDigest(value)
    ? digest(value)
    : refuse(at, 'sha256:<64 hex digits>')

export const commitText: Shape<CommitId> = (value, at) =>
  typeof value === 'string' && isObjectId(value) ? commitId(value) : refuse(at, 'a full commit id')

export const treeText: Shape<TreeId> = (value, at) =>
  typeof value === 'string' && isObjectId(value) ? treeId(value) : refuse(at, 'a full tree id')

/** A moment in the one form that `Date.toISOString` writes: UTC, milliseconds. */
export const instantText: Shape<string> = (value, at) => {
  const date = typeof value === 'string' ? new Date(value) : undefined
  if (date === undefined || Number.isNaN(date.getTime()) || date.toISOString() !== value) {
    return refuse(at, 'a moment such as 2026-01-31T12:00:00.000Z')
  }
  return date.toISOString()
}
