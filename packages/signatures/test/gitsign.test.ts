import { sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { bare, octets, sequence } from './der.ts'
import {
  UNKNOWN,
  UNTRUSTED,
  codes,
  instance,
  judge,
  payload,
  signed,
  trust,
} from './gitsign-stage.ts'
import { type Holder, PURPOSE, extension, issue, makeSigner, purposes, usage } from './pki.ts'
import { ISSUER, LOGGED, certify, makeSigstore } from './sigstore.ts'
import { codesOf } from './stage.ts'
import { EMAIL } from './x509-stage.ts'

describe('a gitsign signature', () => {
  it('with its log entry passes as its principal', () => {
    expect(judge(signed(), trust())).toMatchObject({
      verdict: 'passed',
      principal: 'ada',
      format: 'gitsign',
    })
  })

  it('62 without one is blocked by a finding of its own', () => {
    const judged = judge(signed({ beside: [] }), trust())
    expect(codesOf(judged)).toEqual(['signature/no-offline-proof'])
    expect(judged.format).toBe('gitsign')
    expect(judged.findings[0]?.remedy).toContain('gitsign.rekorMode offline')
  })

  it('is not supported where the policy pins no Sigstore', () => {
    expect(codesOf(judge(signed(), undefined))).toEqual(['signature/unsupported'])
  })

  it('must be over this very commit', () => {
    const moved = signed().replace('subject', 'another')
    expect(codesOf(judge(moved, trust()))).toEqual(['signature/invalid'])
    const forged = (data: Buffer) =>
      sign('sha256', Buffer.concat([data, data]), certify(instance, EMAIL).privateKey)
    expect(codes({ cms: { sign: forged } })).toEqual(['signature/invalid'])
  })

  it('is for the committers of its principal', () => {
    const ben = { name: 'ben', role: 'person' as const, committers: ['ben@example.test'] }
    expect(codes({}, trust({ principal: ben }))).toEqual(['signature/wrong-committer'])
  })

  it('was logged before it was received', () => {
    expect(codesOf(judge(signed(), trust(), LOGGED * 1_000))).toEqual([])
    expect(codesOf(judge(signed(), trust(), LOGGED * 1_000 - 1))).toEqual([
      'signature/key-not-valid',
    ])
    expect(codesOf(judge(signed(), trust(), Number.NaN))).toEqual(['signature/key-not-valid'])
  })
})

describe('the identity', () => {
  const named = (identity: string, issuer = ISSUER) => trust({ identities: [{ issuer, identity }] })

  it('64 is compared to the letter: nothing in it is a pattern', () => {
    expect(codes({}, named('ada@exampleXtest'))).toEqual(UNKNOWN)
    expect(codes({}, named('.*'))).toEqual(UNKNOWN)
    expect(codes({}, named('Ada@example.test'))).toEqual(UNKNOWN)
    const lookalike = certify(instance, 'ada@exampleXtest')
    expect(codes({ by: lookalike }, named('ada@example.test'))).toEqual(UNKNOWN)
    expect(codes({ by: lookalike }, named('ada@exampleXtest'))).toEqual([])
    expect(codes({ by: certify(instance, 'xada@example.test') })).toEqual(UNKNOWN)
  })

  it('is one with who confirmed it', () => {
    expect(codes({}, named(EMAIL, 'https://other.example.test'))).toEqual(UNKNOWN)
    expect(codes({}, named(EMAIL, `${ISSUER}/`))).toEqual(UNKNOWN)
    const swapped = trust({
      identities: [
        { issuer: ISSUER, identity: 'ben@example.test' },
        { issuer: 'https://other.example.test', identity: EMAIL },
      ],
    })
    expect(codes({}, swapped)).toEqual(UNKNOWN)
  })

  it('64 without an issuer is nobody', () => {
    expect(codes({ identity: { issuer: undefined } })).toEqual(UNTRUSTED)
    expect(codes({ identity: { issuer: undefined, issuerV2: ISSUER } })).toEqual([])
    expect(codes({ identity: { issuer: ISSUER, issuerV2: undefined } })).toEqual([])
    const two = { issuer: ISSUER, issuerV2: 'https://other.example.test' }
    expect(codes({ identity: two })).toEqual(UNTRUSTED)
  })

  it('may be a URI, and is one', () => {
    const workflow = 'https://example.test/org/repo/.github/workflows/x.yml@refs/heads/main'
    expect(codes({ by: certify(instance, workflow) }, named(workflow))).toEqual([])
    const both = { names: [bare(1, EMAIL), bare(1, 'ben@example.test')] }
    expect(codes({ identity: both })).toEqual(UNTRUSTED)
    expect(codes({ identity: { names: [bare(1, EMAIL)] } })).toEqual([])
  })
})

describe('the certificate', () => {
  it('is by the pinned authority', () => {
    const other = makeSigstore()
    const by = certify({ ...other, certificateLog: instance.certificateLog }, EMAIL)
    expect(codes({ by, cms: { certificates: [by, other.issuer, other.root] } })).toEqual(UNTRUSTED)
    // Not even one that the certificate log takes for the pinned authority's.
    const loggedFor = instance.issuer
    const forged = certify({ ...instance, issuer: other.issuer }, EMAIL, { loggedFor })
    expect(codes({ by: forged })).toEqual(UNTRUSTED)
    expect(codes({ by: certify(instance, EMAIL, { loggedFor }) })).toEqual([])
    const service = { authority: { end: '2026-02-01T00:00:00Z' } }
    expect(codes({}, trust({ services: service }))).toEqual(UNTRUSTED)
    expect(codes({}, trust({ services: { authority: { end: '2026-08-01T00:00:00Z' } } }))).toEqual(
      [],
    )
  })

  it('is for signing code', () => {
    const mail = issue({
      commonName: 'x',
      issuer: instance.issuer,
      extensions: [
        usage(0),
        purposes(PURPOSE.email),
        extension('2.5.29.17', sequence(bare(1, EMAIL))),
        extension('1.3.6.1.4.1.57264.1.1', Buffer.from(ISSUER)),
      ],
    })
    expect(codes({ by: mail })).toEqual(UNTRUSTED)
    expect(
      codes({ identity: { extensions: [extension('1.2.3', octets(payload), true)] } }),
    ).toEqual(UNTRUSTED)
    expect(codes({ identity: { extensions: [extension('1.2.3', octets(payload))] } })).toEqual([])
  })

  it('was logged, by a pinned log in its service', () => {
    expect(codes({ identity: { loggedBy: null } })).toEqual(UNTRUSTED)
    expect(codes({ identity: { loggedBy: makeSigstore().certificateLog } })).toEqual(UNTRUSTED)
    expect(codes({ identity: { loggedBy: instance.entryLog } })).toEqual(UNTRUSTED)
    expect(codes({ identity: { loggedBy: instance.certificateLog } })).toEqual([])
    expect(codes({ identity: { loggedAt: Date.UTC(2025, 0, 1) } })).toEqual(UNTRUSTED)
    expect(codes({ identity: { loggedAt: Date.UTC(2026, 4, 1) } })).toEqual([])
  })

  it('was logged as itself: the timestamp of another does not count', () => {
    const [own, other] = [certify(instance, EMAIL), certify(instance, 'ben@example.test')]
    const stolen = timestampExtension(other)
    const forged = certify(instance, EMAIL, { loggedBy: null, extensions: [stolen] })
    expect(codes({ by: forged })).toEqual(UNTRUSTED)
    expect(codes({ by: own })).toEqual([])
  })

  it('of a company of its own is not held to these rules', () => {
    // It has none of Sigstore's identifiers, so it is X.509, of which this policy trusts no root.
    const by = makeSigner(instance.issuer, EMAIL)
    expect(codes({ by, beside: [] })).toEqual(['signature/unsupported'])
  })
})

/** The extension with the timestamps, out of a certificate's bytes. */
function timestampExtension({ tbs }: Holder): Buffer {
  const oid = Buffer.from('060a2b06010401d679020402', 'hex')
  const at = tbs.indexOf(oid)
  const value = tbs.subarray(at + oid.length)
  return sequence(oid, value)
}
