import { type Asn1Element, TAG } from './asn1-reader.ts'

/** Longer than any identifier in use. */
const MAX_OID = 32

/** An object identifier with dots; undefined when it is none (X.690 §8.19). */
export function oidOf(element: Asn1Element | undefined): string | undefined {
  if (element?.tag !== TAG.oid) return undefined
  const { body } = element
  if (body.length === 0 || body.length > MAX_OID || (body.at(-1) ?? 0) >= 0x80) return undefined
  const arcs: number[] = []
  let arc = 0
  let begun = false
  for (const byte of body) {
    // A leading 0x80 would write the same arc in another way.
    if (!begun && byte === 0x80) return undefined
    arc = arc * 128 + (byte & 0x7f)
    if (arc > Number.MAX_SAFE_INTEGER) return undefined
    begun = byte >= 0x80
    if (begun) continue
    arcs.push(arc)
    arc = 0
  }
  const [first = 0, ...others] = arcs
  const root = Math.min(Math.floor(first / 40), 2)
  return [root, first - root * 40, ...others].join('.')
}

/** A non-negative integer that a number holds exactly. */
export function smallInteger(element: Asn1Element | undefined): number | undefined {
  if (element?.tag !== TAG.integer) return undefined
  const magnitude = magnitudeOf(element)
  return magnitude === undefined || magnitude.length > 6
    ? undefined
    : magnitude.reduce((sum, byte) => sum * 256 + byte, 0)
}

/** A non-negative integer without the zero octet in front; undefined when negative or not DER. */
export function magnitudeOf({ tag, body }: Asn1Element): Buffer | undefined {
  const [first, second = 0] = body
  if (tag !== TAG.integer || first === undefined || first >= 0x80) return undefined
  if (first !== 0) return body
  if (body.length > 1 && second < 0x80) return undefined
  return body.subarray(1)
}

/** The octets of a bit string that has no unused bits: keys and signatures. */
export function wholeBits(element: Asn1Element | undefined): Buffer | undefined {
  return element?.tag === TAG.bitString && element.body[0] === 0
    ? element.body.subarray(1)
    : undefined
}

/** X.690 §11.1: 0xff is the one way to say true. */
export function booleanOf(element: Asn1Element | undefined): boolean | undefined {
  if (element?.tag !== TAG.boolean || element.body.length !== 1) return undefined
  const [value] = element.body
  return value === 0xff ? true : value === 0 ? false : undefined
}

const UTC = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/
const GENERALIZED = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/

/** A moment in the forms of RFC 5280 §4.1.2.5, in milliseconds since the epoch. */
export function timeOf(element: Asn1Element | undefined): number | undefined {
  const form =
    element?.tag === TAG.utcTime
      ? UTC
      : element?.tag === TAG.generalizedTime
        ? GENERALIZED
        : undefined
  const [, ...parts] = form?.exec(element?.body.toString('latin1') ?? '') ?? []
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number)
  if (parts.length === 0) return undefined
  const full = form === GENERALIZED ? year : year + (year < 50 ? 2000 : 1900)
  const time = Date.UTC(full, month - 1, day, hour, minute, second)
  const date = new Date(time)
  // 31 February would roll over into March.
  const exact =
    date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60
  return exact && second < 60 && full >= 1900 ? time : undefined
}
