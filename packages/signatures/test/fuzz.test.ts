import { makeSshSigner } from '@bulkhead/testkit'
import { type CommitId, commitId } from '@bulkhead/vocabulary'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeCommit } from '../src/index.ts'
import { readSshKey } from '../src/ssh/ssh-key.ts'
import { readSshSignature } from '../src/ssh/ssh-signature.ts'
import { RECEIPT, parse, withSignature } from './stage.ts'

const signer = makeSshSigner('Ada')
const stranger = makeSshSigner('Eve')
const allowedSigners = parse(`${signer.email} namespaces="git" ${signer.publicKey}\n`)
const who = `Ada <${signer.email}> 1750000000 +0000`
const plain = `tree ${'a'.repeat(40)}\nparent ${'b'.repeat(40)}\nauthor ${who}\ncommitter ${who}\nencoding UTF-8\n\nsubject\n\nbody\n`
const armor = signer.sign(Buffer.from(plain))
const good = Buffer.from(withSignature(plain, armor))
const commit: CommitId = commitId('c'.repeat(40))

const verdictOf = (bytes: Buffer) =>
  judgeCommit({ commit, bytes, allowedSigners, receiptTime: RECEIPT }).verdict

const at = fc.nat(good.length - 1)
const byte = fc.nat(255)

describe('a signed commit', () => {
  it('passes as it is', () => {
    expect(verdictOf(good)).toBe('passed')
  })

  it('is blocked once any byte of it is another', () => {
    const changes = fc.property(at, byte, (index, value) => {
      const bytes = Buffer.from(good)
      bytes[index] = value
      expect(verdictOf(bytes)).toBe(bytes.equals(good) ? 'passed' : 'blocked')
    })
    fc.assert(changes, { numRuns: 3_000 })
  })

  it('is blocked once bytes are put in, taken out or repeated', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
      fc.tuple(at, at).map(([from, to]) => good.subarray(from, to)),
      fc
        .constantFrom('\n', ' ', '\n ', '\0', 'gpgsig x\n', 'tree x\n')
        .map((text) => Buffer.from(text)),
    )
    const edit = fc.property(at, fc.nat(40), piece, (from, removed, inserted) => {
      const bytes = Buffer.concat([good.subarray(0, from), inserted, good.subarray(from + removed)])
      // Wrapping the base64 elsewhere says the same (annex, case 7).
      const same = (text: Buffer) => text.toString('latin1').replaceAll('\n ', '')
      const unchanged = same(bytes) === same(good)
      if (!unchanged) expect(verdictOf(bytes)).toBe('blocked')
    })
    fc.assert(edit, { numRuns: 3_000 })
  })

  it('has no prefix that passes', () => {
    const passing = [...good.keys()].filter((end) => verdictOf(good.subarray(0, end)) === 'passed')
    expect(passing).toEqual([])
  })

  it('16 is judged without a throw, whatever the bytes', () => {
    const any = fc.oneof(
      fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
      fc.string().map((text) => Buffer.from(withSignature(plain, text))),
      fc.string().map((text) => Buffer.from(plain.replace('encoding', text))),
    )
    fc.assert(
      fc.property(any, (bytes) => {
        expect(verdictOf(bytes)).toBe('blocked')
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('an SSHSIG', () => {
  const blob = Buffer.from(armor.replaceAll(/-----.*-----|\n/g, ''), 'base64')
  const rearmored = (bytes: Buffer) =>
    `-----BEGIN SSH SIGNATURE-----\n${bytes.toString('base64')}\n-----END SSH SIGNATURE-----`
  const judged = (bytes: Buffer) => verdictOf(Buffer.from(withSignature(plain, rearmored(bytes))))

  it('is blocked with any bit of its blob flipped', () => {
    expect(judged(blob)).toBe('passed')
    const bits = Array.from({ length: blob.length * 8 }, (_, bit) => bit)
    const passing = bits.filter((bit) => {
      const bytes = Buffer.from(blob)
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      return judged(bytes) === 'passed'
    })
    expect(passing).toEqual([])
  })

  it('is blocked when spliced with that of a stranger', () => {
    const other = Buffer.from(
      stranger.sign(Buffer.from(plain)).replaceAll(/-----.*-----|\n/g, ''),
      'base64',
    )
    expect(other.length).toBe(blob.length)
    for (const cut of blob.keys()) {
      const head = Buffer.concat([blob.subarray(0, cut), other.subarray(cut)])
      const tail = Buffer.concat([other.subarray(0, cut), blob.subarray(cut)])
      if (!head.equals(blob)) expect(judged(head)).toBe('blocked')
      if (!tail.equals(blob)) expect(judged(tail)).toBe('blocked')
    }
  })

  it('and its key are read without a throw, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(blob.length), (raw, cut) => {
        const bytes = Buffer.concat([blob.subarray(0, cut), raw])
        expect(['read', 'refused']).toContain(readSshSignature(rearmored(bytes)).kind)
        expect(['read', 'refused']).toContain(readSshKey(Buffer.from(raw)).kind)
      }),
    )
  })
})
