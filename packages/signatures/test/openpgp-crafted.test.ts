import { makeOpenPgpSigner } from '@bulkhead/testkit'
import { beforeAll, describe, expect, it } from 'vitest'
import type { OpenPgpSigner } from '../src/index.ts'
import { readOpenPgpSignature } from '../src/openpgp/openpgp-signature.ts'
import { PLAIN, judgeText, signersOf } from './openpgp-stage.ts'
import { codesOf, withSignature } from './stage.ts'

const TYPES = ['ed25519', 'ed25519-native', 'ecdsa-256', 'rsa-2048'] as const

describe.each(TYPES)('a signature by %s that no gpg made', (type) => {
  const ada = makeOpenPgpSigner('Ada', type)
  let signers: readonly OpenPgpSigner[] = []
  beforeAll(async () => {
    signers = await signersOf(ada.certificate)
  })
  const codes = (armor: string, text = PLAIN) =>
    codesOf(judgeText(withSignature(text, armor), signers))
  const sign = (options: Parameters<typeof ada.sign>[1] = {}) =>
    ada.sign(Buffer.from(PLAIN), options)
  const bytes = (...values: readonly number[]) => Buffer.from(values)

  it('passes as it is, for this commit alone', () => {
    expect(codes(sign())).toEqual([])
    expect(codes(sign(), `${PLAIN}more\n`)).toEqual(['signature/invalid'])
  })

  it('passes with leading zeros in its numbers, which OpenPGP drops', () => {
    const lengthOf = (armor: string) => {
      const signature = readOpenPgpSignature(armor.trimEnd())
      return signature.kind === 'read' ? signature.value.material.length : 0
    }
    const full = Math.max(
      ...Array.from({ length: 20 }, (_, at) => lengthOf(ada.sign(Buffer.from(`${at}`)))),
    )
    for (let index = 0; index < 5_000; index += 1) {
      const text = `${PLAIN}${index}\n`
      const armor = ada.sign(Buffer.from(text))
      if (lengthOf(armor) < full || type === 'ed25519-native') {
        expect(codes(armor, text)).toEqual([])
        return
      }
    }
    throw new Error('none was short')
  })

  it('57 is refused when it names its key by the short ID alone', () => {
    expect(codes(sign({ anonymous: true }))).toEqual(['signature/unsupported'])
  })

  it('is refused with a critical subpacket that is not known, and taken when it is not critical', () => {
    expect(codes(sign({ hashed: bytes(2, 0x80 | 100, 0) }))).toEqual(['signature/unsupported'])
    expect(codes(sign({ hashed: bytes(2, 100, 0) }))).toEqual([])
    // A critical notation, and a critical time of expiry (never), which is understood.
    expect(codes(sign({ hashed: bytes(2, 0x80 | 20, 0) }))).toEqual(['signature/unsupported'])
    expect(codes(sign({ hashed: bytes(5, 0x80 | 3, 0, 0, 0, 0) }))).toEqual([])
  })

  it('is refused with anything unsigned but its issuer', () => {
    const keyId = Buffer.from(ada.fingerprint.slice(-16), 'hex')
    const whole = Buffer.from(ada.fingerprint, 'hex')
    const same = [
      Buffer.alloc(0),
      Buffer.concat([bytes(9, 16), keyId]),
      Buffer.concat([bytes(22, 33, 4), whole]),
    ]
    for (const unhashed of same) expect(codes(sign({ unhashed }))).toEqual([])
    const others = [
      bytes(2, 100, 0),
      bytes(5, 3, 0, 0, 0, 1),
      Buffer.concat([bytes(9, 16), keyId.toReversed()]),
      Buffer.concat([bytes(22, 33, 4), whole.toReversed()]),
      Buffer.concat([bytes(22, 33, 5), whole]),
      bytes(9, 16),
      bytes(0),
    ]
    for (const unhashed of others) {
      expect(codes(sign({ unhashed }))).toEqual(['signature/malformed'])
    }
  })

  it('is refused when it states a fact twice, or names two keys', () => {
    expect(codes(sign({ hashed: bytes(5, 2, 0x70, 0, 0, 0) }))).toEqual(['signature/malformed'])
    const other = Buffer.concat([bytes(9, 16), Buffer.alloc(8)])
    expect(codes(sign({ hashed: other }))).toEqual(['signature/malformed'])
    const same = Buffer.concat([bytes(9, 16), Buffer.from(ada.fingerprint.slice(-16), 'hex')])
    expect(codes(sign({ hashed: same }))).toEqual([])
  })

  it.each([0x01, 0x02, 0x10, 0x13, 0x18, 0x20, 0x40, 0x50])(
    'of type %i is no signature of a commit',
    (kind) => {
      expect(codes(sign({ type: kind }))).toEqual(['signature/unsupported'])
    },
  )
})
