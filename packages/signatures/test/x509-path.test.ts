import { describe, expect, it } from 'vitest'
import { parseX509Trust } from '../src/index.ts'
import { octets, sequence } from './der.ts'
import {
  PURPOSE,
  authority,
  certificatesPem,
  emails,
  extension,
  issue,
  keyIdOf,
  makeIntermediate,
  makeRoot,
  makeSigner,
  purposes,
  usage,
} from './pki.ts'
import { codesOf } from './stage.ts'
import { EMAIL, judgeCms, trustOf } from './x509-stage.ts'

const root = makeRoot()
const middle = makeIntermediate(root)
const ada = makeSigner(middle, EMAIL)
const trust = trustOf([root])
const codes = (...args: Parameters<typeof judgeCms>) => codesOf(judgeCms(...args))
const UNTRUSTED = ['signature/untrusted-certificate']

describe('a certificate', () => {
  it('that leads to a pinned root passes as its principal', () => {
    const judged = judgeCms({ by: ada, certificates: [ada, middle] }, trust)
    expect(judged).toMatchObject({ verdict: 'passed', principal: 'ada', format: 'x509' })
    // Again, out of what was found before.
    expect(judgeCms({ by: ada, certificates: [ada, middle] }, trust).verdict).toBe('passed')
  })

  it('without the intermediate that leads there is blocked', () => {
    expect(codes({ by: ada }, trust)).toEqual(UNTRUSTED)
    const direct = makeSigner(root, EMAIL)
    expect(codes({ by: direct }, trust)).toEqual([])
  })

  it('of an outsider is blocked, self-signed or under a root of the same name', () => {
    const self = issue({ commonName: EMAIL, extensions: [usage(0), emails(EMAIL)] })
    expect(codes({ by: self }, trust)).toEqual(UNTRUSTED)
    const other = makeRoot()
    const forged = makeSigner(other, EMAIL)
    expect(codes({ by: forged, certificates: [forged, other] }, trust)).toEqual(UNTRUSTED)
    expect(codes({ by: forged }, trustOf([other]))).toEqual([])
  })

  it('counts for the emails in its names only, to the letter', () => {
    const letters = makeSigner(root, EMAIL.toUpperCase())
    expect(codes({ by: letters }, trust)).toEqual(['signature/unknown-signer'])
    // The subject's common name is this very email.
    const nameless = makeSigner(root, EMAIL, { extensions: [usage(0)] })
    expect(codes({ by: nameless }, trust)).toEqual(['signature/unknown-signer'])
    const two = makeSigner(root, EMAIL, { extensions: [usage(0), emails('x@y.test', EMAIL)] })
    expect(codes({ by: two }, trust)).toEqual([])
  })

  it('of a colleague may not sign for this committer', () => {
    const trusted = trustOf([root], { emails: ['ben@example.test'] })
    const ben = makeSigner(root, 'ben@example.test')
    const mallory = {
      ...trusted,
      signers: [
        {
          ...trusted.signers[0],
          emails: ['ben@example.test'],
          principal: { name: 'ben', role: 'person', committers: ['ben@example.test'] } as const,
        },
      ],
    }
    expect(codes({ by: ben }, mallory)).toEqual(['signature/wrong-committer'])
  })

  it('is judged by the time of receipt', () => {
    const [from, until] = [Date.UTC(2026, 0, 1), Date.UTC(2027, 0, 1)]
    const request = { by: makeSigner(root, EMAIL) }
    expect(codes(request, trust, from)).toEqual([])
    expect(codes(request, trust, until)).toEqual([])
    expect(codes(request, trust, from - 1_000)).toEqual(['signature/key-not-valid'])
    expect(codes(request, trust, until + 1_000)).toEqual(['signature/key-not-valid'])
    expect(codes(request, trust, Number.NaN)).toEqual(['signature/key-not-valid'])
  })

  it('is not valid longer than its authority', () => {
    const old = issue({
      commonName: 'Old',
      issuer: root,
      extensions: [authority(), usage(5)],
      notAfter: Date.UTC(2026, 4, 1),
    })
    const leaf = makeSigner(old, EMAIL)
    const request = { by: leaf, certificates: [leaf, old] }
    expect(codes(request, trust)).toEqual(['signature/key-not-valid'])
    expect(codes(request, trust, Date.UTC(2026, 3, 1))).toEqual([])
  })

  it('must be for signing', () => {
    const withUse = (...extensions: readonly Buffer[]) =>
      codes({ by: makeSigner(root, EMAIL, { extensions: [...extensions, emails(EMAIL)] }) }, trust)
    expect(withUse()).toEqual([])
    expect(withUse(usage(0), purposes(PURPOSE.code))).toEqual([])
    expect(withUse(usage(0), purposes(PURPOSE.server, PURPOSE.email))).toEqual([])
    expect(withUse(usage(0), purposes(PURPOSE.server))).toEqual(UNTRUSTED)
    expect(withUse(usage(2), purposes(PURPOSE.email))).toEqual(UNTRUSTED)
    expect(withUse(authority())).toEqual(UNTRUSTED)
  })

  it('with an extension that is not understood is blocked when that is critical', () => {
    const withExtension = (critical: boolean, id = '1.2.3.4') =>
      codes(
        {
          by: makeSigner(root, EMAIL, {
            extensions: [extension(id, sequence(), critical), emails(EMAIL)],
          }),
        },
        trust,
      )
    expect(withExtension(false)).toEqual([])
    expect(withExtension(true)).toEqual(UNTRUSTED)
    // Name constraints narrow whom an authority may vouch for, critical or not.
    expect(withExtension(false, '2.5.29.30')).toEqual(UNTRUSTED)
  })

  it('signed over SHA-1, or with a short key, is blocked', () => {
    const sha1 = makeSigner(root, EMAIL, { hash: 'sha1' })
    expect(codes({ by: sha1 }, trust)).toEqual(UNTRUSTED)
    const short = makeSigner(root, EMAIL, { kind: 'rsa-1024' })
    expect(codes({ by: short }, trust)).toEqual(['signature/weak-key'])
    expect(codes({ by: makeSigner(root, EMAIL, { kind: 'rsa' }) }, trust)).toEqual([])
  })
})

describe('an authority', () => {
  const under = (...extensions: readonly Buffer[]) => {
    const issuer = makeIntermediate(root, 'Some', extensions)
    const leaf = makeSigner(issuer, EMAIL)
    return codes({ by: leaf, certificates: [leaf, issuer] }, trust)
  }

  it('must be one, and may sign certificates', () => {
    expect(under(authority(), usage(5))).toEqual([])
    expect(under(authority())).toEqual([])
    expect(under(usage(5))).toEqual(UNTRUSTED)
    expect(under(authority(), usage(0, 6))).toEqual(UNTRUSTED)
    expect(under(authority(), purposes(PURPOSE.server))).toEqual(UNTRUSTED)
    expect(under(authority(), purposes(PURPOSE.email))).toEqual([])
  })

  it("is never a colleague's certificate", () => {
    const ben = makeSigner(root, 'ben@example.test')
    const forged = makeSigner(ben, EMAIL)
    expect(codes({ by: forged, certificates: [forged, ben] }, trust)).toEqual(UNTRUSTED)
  })

  it('has no more authorities below it than it says', () => {
    const chain = (limit: number) => {
      const first = makeIntermediate(root, 'First', [authority(limit), usage(5)])
      const second = makeIntermediate(first, 'Second', [authority(), usage(5)])
      const leaf = makeSigner(second, EMAIL)
      return codes({ by: leaf, certificates: [leaf, second, first] }, trust)
    }
    expect(chain(1)).toEqual([])
    expect(chain(0)).toEqual(UNTRUSTED)
  })

  it('is the one whose key the certificate names, where two share a name', () => {
    const twin = makeIntermediate(root, 'Intermediate')
    const leaf = makeSigner(middle, EMAIL)
    expect(codes({ by: leaf, certificates: [twin, leaf, middle] }, trust)).toEqual([])
    const keyed = (keyId: Buffer) => {
      const issuer = makeIntermediate(root, 'Keyed', [
        authority(),
        extension('2.5.29.14', octets(Buffer.from('0123'))),
      ])
      const extensions = [emails(EMAIL), extension('2.5.29.35', sequence(authorityKey(keyId)))]
      const own = makeSigner(issuer, EMAIL, { extensions })
      return codes({ by: own, certificates: [own, issuer] }, trust)
    }
    expect(keyed(Buffer.from('0123'))).toEqual([])
    expect(keyed(keyIdOf(middle))).toEqual(UNTRUSTED)
  })

  it('that issued itself in a ring is not followed for ever', () => {
    const first = issue({ commonName: 'A', extensions: [authority()] })
    const second = issue({ commonName: 'B', issuer: first, extensions: [authority()] })
    const ring = issue({
      commonName: 'A',
      issuer: second,
      extensions: [authority()],
      keysOf: first,
    })
    const leaf = makeSigner(ring, EMAIL)
    const certificates = [leaf, ring, second, first]
    expect(codes({ by: leaf, certificates }, trust)).toEqual(UNTRUSTED)
  })
})

const authorityKey = (keyId: Buffer) => Buffer.concat([Buffer.from([0x80, keyId.length]), keyId])

describe('the roots of a policy', () => {
  const parse = (text: string) =>
    parseX509Trust({ roots: { bytes: Buffer.from(text), path: 'roots.pem' } }, [])
  const refused = expect.objectContaining({
    findings: [expect.objectContaining({ code: 'policy/invalid-file', subject: 'roots.pem' })],
  })

  it('are certificates of authorities in PEM, with text between them', () => {
    expect(parse(`Our root:\n${certificatesPem(root, middle)}`).roots).toHaveLength(2)
    expect(() => parse(certificatesPem(ada))).toThrow(refused)
    expect(() => parse('')).toThrow(refused)
    expect(() => parse(certificatesPem(root).replace('-----END', '----END'))).toThrow(refused)
    expect(() => parse(certificatesPem(root).replaceAll('CERTIFICATE', 'X509 CRL'))).toThrow(
      refused,
    )
    const short = makeRoot('Short', { kind: 'rsa-1024' })
    expect(() => parse(certificatesPem(short))).toThrow(refused)
  })
})
