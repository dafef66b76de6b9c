import { createHash, constants, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { armorCms, attribute, bySubjectKey, issuerAndSerial, signCms } from './cms.ts'
import { indefinite, integer, node, nothing, octets, oid, sequence, set, tagged } from './der.ts'
import {
  HASH_OID,
  type Hash,
  type Holder,
  type KeyKind,
  emails,
  extension,
  keyIdOf,
  makeRoot,
  makeSigner,
  nameOf,
  schemeOf,
} from './pki.ts'
import { PLAIN } from './openpgp-stage.ts'
import { codesOf, withSignature } from './stage.ts'
import { EMAIL, judgeCms, judgeX509, signedBy, trustOf } from './x509-stage.ts'

const root = makeRoot()
const trust = trustOf([root])
const ada = makeSigner(root, EMAIL)
const eve = makeSigner(root, 'eve@example.test')
const codes = (request: Parameters<typeof judgeCms>[0]) => codesOf(judgeCms(request, trust))
const payload = Buffer.from(PLAIN)
const judgeDer = (der: Buffer) => codesOf(judgeX509(withSignature(PLAIN, armorCms(der)), trust))
const MALFORMED = ['signature/malformed']
const DATA = '1.2.840.113549.1.7.1'
const digest = octets(createHash('sha256').update(payload).digest())
const typed = attribute('1.2.840.113549.1.9.3', oid(DATA))
const digested = attribute('1.2.840.113549.1.9.4', digest)

/** RSA-PSS over SHA-256 (RFC 4055 §3.1), with what its parameters state. */
function signPss(by: Holder, mask: Hash, saltLength: number, stated: number) {
  const hash = (name: Hash) => sequence(oid(HASH_OID[name]), nothing)
  const parameters = sequence(
    tagged(0, hash('sha256')),
    tagged(1, sequence(oid('1.2.840.113549.1.1.8'), hash(mask))),
    tagged(2, integer(stated)),
  )
  const padding = constants.RSA_PKCS1_PSS_PADDING
  return {
    scheme: sequence(oid('1.2.840.113549.1.1.10'), parameters),
    sign: (data: Buffer) => sign('sha256', data, { key: by.privateKey, padding, saltLength }),
  }
}

describe('a CMS signature', () => {
  const kinds: readonly KeyKind[] = ['p256', 'p384', 'p521', 'rsa']
  const hashes: readonly Hash[] = ['sha256', 'sha384', 'sha512']

  it.each(kinds)('by a key of the kind %s passes over every SHA-2', (kind) => {
    const by = makeSigner(root, EMAIL, { kind })
    for (const hash of hashes) expect(codes({ by, hash })).toEqual([])
  })

  it('by an Ed25519 key passes over SHA-512 alone (RFC 8419)', () => {
    const by = makeSigner(root, EMAIL, { kind: 'ed25519' })
    expect(codes({ by, hash: 'sha512' })).toEqual([])
    expect(codes({ by, hash: 'sha256' })).toEqual(MALFORMED)
  })

  it('by RSA-PSS passes with one hash throughout', () => {
    const by = makeSigner(root, EMAIL, { kind: 'rsa' })
    const pss = (mask: Hash, salt: number, stated = salt) =>
      codes({ by, ...signPss(by, mask, salt, stated) })
    expect(pss('sha256', 32)).toEqual([])
    expect(pss('sha256', 20)).toEqual([])
    expect(pss('sha256', 32, 20)).toEqual(['signature/invalid'])
    expect(pss('sha512', 32)).toEqual(MALFORMED)
    expect(codes({ by, scheme: sequence(oid('1.2.840.113549.1.1.10'), sequence()) })).toEqual([
      'signature/weak-key',
    ])
  })

  it('by an RSA key shorter than the policy asks for is blocked, for PSS alone or not', () => {
    const rsa = makeSigner(root, EMAIL, { kind: 'rsa' })
    const pss = makeSigner(root, EMAIL, { kind: 'rsa-pss' })
    const requests = [{ by: rsa }, { by: pss, ...signPss(pss, 'sha256', 32, 32) }]
    for (const request of requests) {
      const under = (rsaBits: number) => {
        const rules = { author: 'any', rsaBits } as const
        return codesOf(judgeX509(signedBy(request), trust, undefined, { rules }))
      }
      expect(under(2_048)).toEqual([])
      expect(under(2_049)).toEqual(['signature/weak-key'])
    }
    expect(codes({ by: pss, scheme: schemeOf('rsa') })).toEqual(MALFORMED)
  })

  it('over SHA-1 is blocked, whatever says so', () => {
    const by = makeSigner(root, EMAIL, { kind: 'rsa' })
    expect(codes({ by })).toEqual([])
    expect(codes({ by, hash: 'sha1' })).toEqual(['signature/weak-key'])
    expect(codes({ by, digestHash: 'sha1' })).toEqual(['signature/weak-key'])
    expect(codes({ by, hash: 'sha1', digestHash: 'sha256' })).toEqual(['signature/weak-key'])
    expect(codes({ by, hash: 'sha512', digestHash: 'sha256' })).toEqual(MALFORMED)
  })

  it('by an algorithm of another kind than its key is blocked', () => {
    expect(codes({ by: ada, scheme: schemeOf('rsa') })).toEqual(MALFORMED)
    expect(codes({ by: ada, scheme: schemeOf('ed25519'), hash: 'sha512' })).toEqual(MALFORMED)
  })

  it('61 is the named signer’s, whichever certificate comes first', () => {
    expect(codes({ by: ada, certificates: [eve, ada] })).toEqual([])
    // Eve signs, Ada's certificate comes first: it must not become Ada's.
    expect(codes({ by: eve, certificates: [ada, eve] })).toEqual(['signature/unknown-signer'])
    const named = issuerAndSerial(ada)
    expect(codes({ by: eve, certificates: [ada, eve], signerId: named })).toEqual([
      'signature/invalid',
    ])
    expect(codes({ by: ada, certificates: [eve] })).toEqual(['signature/untrusted-certificate'])
    const elsewhere = issuerAndSerial(ada, nameOf('Other'))
    expect(codes({ by: ada, signerId: elsewhere })).toEqual(['signature/untrusted-certificate'])
  })

  it('may name its signer by key', () => {
    const keyId = keyIdOf(ada)
    const keyed = makeSigner(root, EMAIL, {
      extensions: [emails(EMAIL), extension('2.5.29.14', octets(keyId))],
    })
    const signerId = bySubjectKey(keyId)
    expect(codes({ by: keyed, certificates: [eve, keyed], signerId })).toEqual([])
    expect(codes({ by: ada, signerId })).toEqual(['signature/untrusted-certificate'])
    const twin = makeSigner(root, 'eve@example.test', {
      extensions: [emails('eve@example.test'), extension('2.5.29.14', octets(keyId))],
    })
    expect(codes({ by: keyed, certificates: [twin, keyed], signerId })).toEqual(MALFORMED)
    expect(codes({ by: keyed, signerId: { ...signerId, version: 1 } })).toEqual(MALFORMED)
  })

  it('61 has one signer', () => {
    expect(codes({ by: ada, signers: 2 })).toEqual(['signature/multiple'])
    expect(codes({ by: ada, signers: 0 })).toEqual(MALFORMED)
    expect(codes({ by: ada, signers: 1 })).toEqual([])
  })

  it('61 states the digest of this very commit', () => {
    const other = createHash('sha256').update('other').digest()
    expect(codes({ by: ada, digest: other })).toEqual(['signature/invalid'])
    const moved = withSignature(
      PLAIN.replace('subject', 'another'),
      armorCms(signCms(payload, { by: ada })),
    )
    expect(codesOf(judgeX509(moved, trust))).toEqual(['signature/invalid'])
  })

  it('has signed attributes, each once, and signs them', () => {
    expect(codes({ by: ada, attributes: [typed, digested] })).toEqual([])
    expect(codes({ by: ada, attributes: [] })).toEqual(MALFORMED)
    expect(codes({ by: ada, attributes: [typed] })).toEqual(MALFORMED)
    expect(codes({ by: ada, attributes: [digested] })).toEqual(MALFORMED)
    expect(codes({ by: ada, attributes: [typed, digested, digested] })).toEqual(MALFORMED)
    const twice = attribute('1.2.840.113549.1.9.4', digest, digest)
    expect(codes({ by: ada, attributes: [typed, twice] })).toEqual(MALFORMED)
    expect(codes({ by: ada, contentType: '1.2.840.113549.1.7.2' })).toEqual(MALFORMED)
    const direct = (data: Buffer) => sign('sha256', Buffer.concat([data, payload]), ada.privateKey)
    expect(codes({ by: ada, sign: direct })).toEqual(['signature/invalid'])
  })

  it('announces what its signer has', () => {
    expect(codes({ by: ada, announced: 'sha512' })).toEqual(MALFORMED)
    expect(codes({ by: ada, announced: 'sha256' })).toEqual([])
    expect(codes({ by: ada, version: 3 })).toEqual(MALFORMED)
    expect(codes({ by: ada, version: 1 })).toEqual([])
  })

  it('is detached: a content of its own is refused', () => {
    expect(codes({ by: ada, content: [] })).toEqual([])
    expect(codes({ by: ada, content: [tagged(0, octets(payload))] })).toEqual(MALFORMED)
  })

  it('may be framed by indefinite lengths, but ends where it ends', () => {
    const der = signCms(payload, { by: ada })
    expect(judgeDer(der)).toEqual([])
    expect(judgeDer(Buffer.concat([der, nothing]))).toEqual(MALFORMED)
    expect(judgeDer(Buffer.concat([der, Buffer.alloc(2)]))).toEqual(MALFORMED)
    const body = der.subarray(4)
    expect(judgeDer(indefinite(0x30, body))).toEqual([])
    expect(judgeDer(Buffer.concat([Buffer.from([0x30, 0x80]), body]))).toEqual(MALFORMED)
    let deep: Buffer = body
    for (let level = 0; level < 40; level += 1) deep = indefinite(0x30, deep)
    expect(judgeDer(deep)).toEqual(MALFORMED)
    expect(judgeDer(Buffer.alloc(30_000, Buffer.from([0x30, 0x80])))).toEqual(MALFORMED)
  })

  it('is read in DER, each value in one way only', () => {
    const der = signCms(payload, { by: ada })
    const long = Buffer.concat([Buffer.from([0x30, 0x83, 0x00]), der.subarray(2)])
    expect(der[1]).toBe(0x82)
    expect(judgeDer(long)).toEqual(MALFORMED)
    expect(judgeDer(set())).toEqual(MALFORMED)
    // The signer signed these very bytes, but what is signed must be DER.
    expect(codes({ by: ada, frame: indefinite })).toEqual(MALFORMED)
    expect(codes({ by: ada, frame: node })).toEqual([])
  })

  it('has nothing around its armor', () => {
    const armor = armorCms(signCms(payload, { by: ada }))
    const judged = (text: string) => codesOf(judgeX509(withSignature(PLAIN, text), trust))
    expect(judged(armor)).toEqual([])
    expect(judged(`${armor}junk\n`)).toEqual(MALFORMED)
    expect(judged(`${armor}${armor}`)).toEqual(MALFORMED)
    expect(judged(armor.replace('\n', '\nComment: x\n\n'))).toEqual(MALFORMED)
    expect(judged(armor.replace(/\n-----END/, '=\n-----END'))).toEqual(MALFORMED)
  })

  it('is not supported where the policy pins no root', () => {
    expect(codesOf(judgeX509(withSignature(PLAIN, armorCms(nothing)), undefined))).toEqual([
      'signature/unsupported',
    ])
  })
})
