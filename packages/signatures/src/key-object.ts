import { type KeyObject, createPublicKey } from 'node:crypto'

/** The key as node:crypto wants it, made once; undefined when it is no point or number of its kind. */
export type LoadKey = () => KeyObject | undefined

/** Making a key object costs as much as a check with it, so it is made once a key. */
export function loadOnce(jwk: Readonly<Record<string, string>>): LoadKey {
  let loaded: { readonly key: KeyObject | undefined } | undefined
  return () => {
    loaded ??= { key: importKey(jwk) }
    return loaded.key
  }
}

function importKey(jwk: Readonly<Record<string, string>>): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' })
  } catch {
    return undefined // E.g. a point that is not on its curve.
  }
}

const MIN_RSA_BITS = 2_048
/** OpenSSH's own limit; larger keys only slow the check. */
const MAX_RSA_BITS = 16_384
/** Exponents above 64 bits are not made by any tool and make each check slow. */
const MAX_EXPONENT_BYTES = 8

/** Bits of a magnitude without leading zeros. */
export const bitsOf = (magnitude: Buffer): number =>
  magnitude.length === 0 ? 0 : magnitude.length * 8 - Math.clz32(magnitude[0] ?? 0) + 24

/** Whether RSA numbers make a key worth checking with; both without leading zeros. */
export function judgeRsa(modulus: Buffer, exponent: Buffer): 'weak' | 'odd' | 'good' {
  const bits = bitsOf(modulus)
  if (bits < MIN_RSA_BITS) return 'weak'
  const even = (exponent.at(-1) ?? 0) % 2 === 0
  const one = exponent.length === 1 && exponent[0] === 1
  const large = bits > MAX_RSA_BITS || exponent.length > MAX_EXPONENT_BYTES
  return even || one || large ? 'odd' : 'good'
}

export const padLeft = (bytes: Buffer, width: number): Buffer =>
  Buffer.concat([Buffer.alloc(width - bytes.length), bytes])
