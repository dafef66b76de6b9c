import { makeSshSigner, strings } from '@bulkhead/testkit'
import { describe, expect, it } from 'vitest'
import { judgeCommit } from '../src/index.ts'
import { fingerprint, readSshKey } from '../src/ssh/ssh-key.ts'
import { readSshSignature } from '../src/ssh/ssh-signature.ts'
import { commitId } from '@bulkhead/vocabulary'
import { RECEIPT, codesOf, parse, withSignature } from './stage.ts'

const answer = (blob: Buffer): string => {
  const key = readSshKey(blob)
  return key.kind === 'read' ? key.value.kind : key.refusal.code
}

/** A positive mpint of so many bits, odd. */
const number = (bits: number): Buffer => {
  const bytes = Buffer.alloc(Math.ceil(bits / 8) + 1, 0x5a)
  bytes[0] = 0
  bytes[1] = 1 << ((bits - 1) % 8)
  bytes[bytes.length - 1] = 0x5b
  return bytes
}
const F4 = Buffer.from([1, 0, 1])
const rsa = (exponent: Buffer, modulus: Buffer) => strings('ssh-rsa', exponent, modulus)
const ecdsa = (point: Buffer, curve = 'nistp256', type = 'ecdsa-sha2-nistp256') =>
  strings(type, curve, point)

describe('readSshKey', () => {
  it.each([
    ['an RSA key of 2048 bits', rsa(F4, number(2_048)), 'rsa'],
    ['an RSA key of 2047 bits', rsa(F4, number(2_047)), 'signature/weak-key'],
    ['an RSA key of 16384 bits', rsa(F4, number(16_384)), 'rsa'],
    ['an RSA key beyond every tool', rsa(F4, number(16_385)), 'signature/malformed'],
    ['an even exponent', rsa(Buffer.from([4]), number(2_048)), 'signature/malformed'],
    [
      'an exponent of one: anybody could sign',
      rsa(Buffer.from([1]), number(2_048)),
      'signature/malformed',
    ],
    ['an exponent of none', rsa(Buffer.alloc(0), number(2_048)), 'signature/malformed'],
    [
      'an exponent that makes each check slow',
      rsa(number(72), number(2_048)),
      'signature/malformed',
    ],
    ['a negative modulus', rsa(F4, number(2_048).subarray(1).fill(0xff)), 'signature/malformed'],
    ['an Ed25519 key', strings('ssh-ed25519', Buffer.alloc(32, 1)), 'ed25519'],
    ['a short Ed25519 key', strings('ssh-ed25519', Buffer.alloc(31, 1)), 'signature/malformed'],
    ['bytes after a key', strings('ssh-ed25519', Buffer.alloc(32, 1), ''), 'signature/malformed'],
    [
      'a point on a curve of another name',
      ecdsa(Buffer.alloc(65, 4), 'nistp384'),
      'signature/malformed',
    ],
    ['a compressed point', ecdsa(Buffer.alloc(33, 2)), 'signature/malformed'],
    ['a hybrid point', ecdsa(Buffer.alloc(65, 6)), 'signature/malformed'],
    ['nothing', Buffer.alloc(0), 'signature/malformed'],
    ['a length beyond the end', Buffer.from([0xff, 0xff, 0xff, 0xff, 1]), 'signature/malformed'],
  ])('%s', (_, blob, expected) => {
    expect(answer(blob)).toBe(expected)
  })

  it('a point that is not on its curve makes no key, and no commit pass', () => {
    const blob = ecdsa(Buffer.alloc(65, 4))
    const key = readSshKey(blob)
    expect(key.kind === 'read' ? key.value.load() : 'refused').toBeUndefined()
    const who = 'Ada <ada@example.test> 1750000000 +0000'
    const plain = `tree ${'a'.repeat(40)}\nauthor ${who}\ncommitter ${who}\n\nx\n`
    const signer = makeSshSigner('Ada', 'ecdsa-256')
    const judge = (signers: string, claimedKey: Buffer) => {
      const bytes = Buffer.from(
        withSignature(plain, signer.sign(Buffer.from(plain), { claimedKey })),
      )
      const commit = commitId('c'.repeat(40))
      const allowedSigners = parse(`ada@example.test ${signers}\n`)
      return codesOf(judgeCommit({ commit, bytes, allowedSigners, receiptTime: RECEIPT }))
    }
    expect(judge(`ecdsa-sha2-nistp256 ${blob.toString('base64')}`, blob)).toEqual([
      'signature/malformed',
    ])
    expect(judge(signer.publicKey, signer.blob)).toEqual([])
  })
})

it('an armor beyond every key is not even decoded', () => {
  const lines = `${'A'.repeat(76)}\n`.repeat(300)
  const reading = readSshSignature(
    `-----BEGIN SSH SIGNATURE-----\n${lines}-----END SSH SIGNATURE-----`,
  )
  expect(reading).toMatchObject({ refusal: { message: expect.stringContaining('larger') } })
})

it('fingerprint prints what ssh-keygen prints', () => {
  expect(fingerprint(Buffer.from('abc'))).toBe('SHA256:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0')
})
