import { describe, expect, it } from 'vitest'
import { integer } from './der.ts'
import {
  type CrlRequest,
  authority,
  extension,
  makeCrl,
  makeIntermediate,
  makeRoot,
  makeSigner,
  usage,
} from './pki.ts'
import { RECEIPT, codesOf } from './stage.ts'
import { EMAIL, judgeCms, trustOf } from './x509-stage.ts'

const root = makeRoot()
const ada = makeSigner(root, EMAIL)
const ben = makeSigner(root, 'ben@example.test')

const under = (...crls: readonly Buffer[]) =>
  codesOf(judgeCms({ by: ada }, trustOf([root], { crls })))
const listed = (request: CrlRequest) => under(makeCrl(root, request))
const UNKNOWN = ['signature/revocation-unknown']
const REVOKED = ['signature/key-revoked']

describe('a revocation list of the policy', () => {
  it('blocks the certificates that it names and no others', () => {
    expect(listed({})).toEqual([])
    expect(listed({ revoked: [ben] })).toEqual([])
    expect(listed({ revoked: [ben, ada] })).toEqual(REVOKED)
  })

  it('counts from its date until the next', () => {
    expect(listed({ thisUpdate: RECEIPT, nextUpdate: RECEIPT + 1_000 })).toEqual([])
    expect(listed({ nextUpdate: RECEIPT })).toEqual(UNKNOWN)
    expect(listed({ thisUpdate: RECEIPT + 1_000 })).toEqual(UNKNOWN)
    // What an old list revoked stays revoked.
    expect(listed({ nextUpdate: RECEIPT, revoked: [ada] })).toEqual(REVOKED)
  })

  it('is renewed by a fresh one beside it', () => {
    expect(under(makeCrl(root, { nextUpdate: RECEIPT }), makeCrl(root))).toEqual([])
  })

  it('must be by the authority itself, with its key', () => {
    const twin = makeRoot()
    expect(under(makeCrl(twin))).toEqual(UNKNOWN)
    expect(under(makeCrl(twin, { revoked: [ada] }))).toEqual(UNKNOWN)
    expect(under(makeCrl(makeRoot('Other')))).toEqual(UNKNOWN)
    expect(under(makeCrl(twin), makeCrl(root))).toEqual([])
  })

  it('must be by an authority that may sign lists', () => {
    const silent = makeRoot('Silent', { extensions: [authority(), usage(5)] })
    const leaf = makeSigner(silent, EMAIL)
    const trust = trustOf([silent], { crls: [makeCrl(silent)] })
    expect(codesOf(judgeCms({ by: leaf }, trust))).toEqual(UNKNOWN)
    expect(codesOf(judgeCms({ by: leaf }, trustOf([silent])))).toEqual([])
  })

  it('is needed of every authority on the way', () => {
    const middle = makeIntermediate(root)
    const leaf = makeSigner(middle, EMAIL)
    const certificates = [leaf, middle]
    const judged = (...crls: readonly Buffer[]) =>
      codesOf(judgeCms({ by: leaf, certificates }, trustOf([root], { crls })))
    expect(judged(makeCrl(root), makeCrl(middle))).toEqual([])
    expect(judged(makeCrl(root))).toEqual(UNKNOWN)
    expect(judged(makeCrl(middle))).toEqual(UNKNOWN)
    expect(judged(makeCrl(root, { revoked: [middle] }), makeCrl(middle))).toEqual(REVOKED)
  })

  it('is a full list that says until when it counts, else the policy is refused', () => {
    expect(() => listed({ nextUpdate: null })).toThrow(/nextUpdate/)
    expect(() => listed({ extensions: [extension('2.5.29.27', integer(1), true)] })).toThrow(
      /delta/,
    )
    expect(() => listed({ extensions: [extension('2.5.29.28', integer(1))] })).toThrow(/limited/)
    expect(() => listed({ extensions: [extension('1.2.3', integer(1), true)] })).toThrow(/limited/)
    expect(listed({ extensions: [extension('2.5.29.20', integer(7))] })).toEqual([])
    expect(() => under(Buffer.from('3000', 'hex'))).toThrow(/no certificate revocation list/)
  })
})
