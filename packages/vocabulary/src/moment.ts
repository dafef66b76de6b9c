const FORM =
  /^(\d{4})-(\d\d)-(\d\d)(?:T([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.\d{1,9})?)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d))?$/

/**
 * A moment that a person wrote, in UTC and to the millisecond: a day (its first moment in UTC), or a time
 * with its zone (RFC 3339). Undefined for anything else: a day that no month has, or a time without a
 * zone, which would mean something else on every machine.
 */
export function momentOf(text: string): string | undefined {
  const [, year, month, day] = FORM.exec(text) ?? []
  if (year === undefined) return undefined
  const midnight = new Date(`${year}-${month}-${day}T00:00:00.000Z`)
  if (Number.isNaN(midnight.getTime()) || midnight.getUTCDate() !== Number(day)) return undefined
  const moment = new Date(text)
  return Number.isNaN(moment.getTime()) ? undefined : moment.toISOString()
}

/** How a moment is written, for whoever wrote another. */
export const MOMENT_EXAMPLE = '2026-01-31 or 2026-01-31T12:00:00Z'
