import { generateKeyPairSync, sign, verify } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalEcdsa, isSignedBy } from '../src/index.ts'

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const hex = (number: bigint) => number.toString(16).padStart(64, '0')

/** The other signature that verifies as well: (r, n - s), by way of the fixed-length form. */
function twinOf(bytes: Uint8Array): { readonly low: Buffer; readonly high: Buffer } {
  const fixed = sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString(
    'hex',
  )
  const [r, s] = [BigInt(`0x${fixed.slice(0, 64)}`), BigInt(`0x${fixed.slice(64)}`)]
  const both = [s, ORDER - s].sort((a, b) => (a < b ? -1 : 1))
  return { low: derOf(r, both[0] ?? 0n), high: derOf(r, both[1] ?? 0n) }
}

/** DER by hand, without the code under test. */
function derOf(...numbers: readonly bigint[]): Buffer {
  const parts = numbers.map((number) => {
    const plain = Buffer.from(hex(number), 'hex')
    const first = plain.findIndex((byte) => byte !== 0)
    const bytes = plain.subarray(first === -1 ? 31 : first)
    const padded = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes
    return Buffer.concat([Buffer.from([2, padded.length]), padded])
  })
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([0x30, body.length]), body])
}

describe('an ECDSA signature', () => {
  it('has one accepted spelling of the two that OpenSSL verifies', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const { low, high } = twinOf(bytes)
        expect(verify('sha256', bytes, publicKey, low)).toBe(true)
        expect(verify('sha256', bytes, publicKey, high)).toBe(true)
        expect(isSignedBy(publicKey, bytes, low)).toBe(true)
        expect(isSignedBy(publicKey, bytes, high)).toBe(false)
        expect(canonicalEcdsa(high)).toEqual(low)
        expect(canonicalEcdsa(low)).toEqual(low)
      }),
      { numRuns: 50 },
    )
  })

  it('is of these bytes by this key alone', () => {
    const { low } = twinOf(Buffer.from('x'))
    expect(isSignedBy(publicKey, Buffer.from('y'), low)).toBe(false)
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
    expect(isSignedBy(other, Buffer.from('x'), low)).toBe(false)
  })

  it.each([
    ['nothing', ''],
    ['no numbers', '3000'],
    ['zero', derOf(0n, 1n).toString('hex')],
    ['the order itself', derOf(1n, ORDER).toString('hex')],
    ['a needless zero', '3007020200010201 01'.replace(' ', '')],
    ['a negative number', '3006020180020101'],
    ['something after it', `${derOf(1n, 1n).toString('hex')}00`],
    ['another tag', '3106020101020101'],
    ['a length in the long form', '308106020101020101'],
    ['three numbers', derOf(1n, 1n, 1n).toString('hex')],
  ])('is refused with %s', (_name, text) => {
    expect(canonicalEcdsa(Buffer.from(text, 'hex'))).toBeUndefined()
  })

  it('is refused of a key on another curve, and of RSA', () => {
    const bytes = Buffer.from('x')
    for (const pair of [
      generateKeyPairSync('ec', { namedCurve: 'secp256k1' }),
      generateKeyPairSync('rsa', { modulusLength: 2048 }),
    ]) {
      const signature = sign('sha256', bytes, pair.privateKey)
      expect(isSignedBy(pair.publicKey, bytes, signature)).toBe(false)
    }
  })
})
