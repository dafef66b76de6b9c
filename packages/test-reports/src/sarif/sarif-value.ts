import { JsonRecord, membersOf } from '../json/json-shape.ts'

/**
 * What stands at a place of an object that only describes something: nothing when the place or any
 * on the way is not there.
 *
 * @param path keys of objects and indices of arrays
 */
export function valueAt(value: unknown, ...path: readonly (string | number)[]): unknown {
  let found = value
  for (const step of path)
    found =
      typeof step === 'string'
        ? membersOf(found)?.get(step)
        : Array.isArray(found)
          ? found[step]
          : undefined
  return found
}

export function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  const found = valueAt(value, ...path)
  return typeof found === 'string' ? found : ''
}

/** Any object as a record; an empty one for anything else. */
export const looseRecord = (value: unknown): JsonRecord =>
  new JsonRecord(Object.fromEntries(membersOf(value) ?? []))

/** The words of a message (SARIF 2.1.0, section 3.11). */
export const messageText = (message: unknown): string =>
  textAt(message, 'text') || textAt(message, 'markdown') || textAt(message, 'id')
