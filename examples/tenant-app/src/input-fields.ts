import { Problem } from './answer.ts'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Whether the text is a UUID in its canonical form, the only one the service hands out. */
export function isUuid(text: string): boolean {
  return uuid.test(text)
}

/** The fields of a request body, each read once; reading a field that breaks its rule throws 422. */
export interface InputFields {
  text(name: string, maxLength: number): string | null
  flag(name: string): boolean | null
  /** A whole number from 0 to `most`. */
  count(name: string, most: number): number | null
  oneOf(name: string, allowed: readonly string[]): string | null
  id(name: string): string | null
  /** A calendar day as `YYYY-MM-DD`. */
  day(name: string): string | null
}

/**
 * Opens the body's fields. Fields beyond `known` are refused, so that a `tenant_id` in a body is an
 * error and never an instruction.
 */
export function openFields(body: Map<string, unknown>, known: readonly string[]): InputFields {
  for (const name of body.keys()) {
    if (!known.includes(name)) throw new Problem(422, 'unknown_field')
  }
  const read = <T>(name: string, accepts: (value: unknown) => value is T): T | null => {
    if (!body.has(name)) return null
    const value = body.get(name)
    if (accepts(value)) return value
    throw new Problem(422, `invalid_${name}`)
  }
  return {
    text: (name, max) => read(name, (value): value is string => isText(value, max)),
    flag: (name) => read(name, (value): value is boolean => typeof value === 'boolean'),
    count: (name, most) => read(name, (value): value is number => isCount(value, most)),
    oneOf: (name, allowed) => read(name, (value): value is string => isOneOf(value, allowed)),
    id: (name) =>
      read(name, (value): value is string => typeof value === 'string' && isUuid(value)),
    day: (name) => read(name, isDay),
  }
}

/**
 * The value of a field that must be there.
 *
 * @throws Problem 422 when it is absent.
 */
export function required<T>(name: string, value: T | null): T {
  if (value === null) throw new Problem(422, `missing_${name}`)
  return value
}

function isText(value: unknown, maxLength: number): value is string {
  // Postgres has no NUL in text, and lone surrogates would change on the way there and back.
  return (
    typeof value === 'string' &&
    value.trim() !== '' &&
    value.length <= maxLength &&
    !value.includes('\0') &&
    value.isWellFormed()
  )
}

function isOneOf(value: unknown, allowed: readonly string[]): value is string {
  return typeof value === 'string' && allowed.includes(value)
}

function isCount(value: unknown, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most
}

function isDay(value: unknown): value is string {
  if (typeof value !== 'string' || !/^20\d\d-\d\d-\d\d$/.test(value)) return false
  const day = new Date(`${value}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value)
}
