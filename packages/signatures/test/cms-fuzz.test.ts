import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCms } from '../src/x509/cms-signature.ts'
import { readLogEntry, readLogEntryJson } from '../src/sigstore/log-entry.ts'
import { readCertificate } from '../src/x509/x509-certificate.ts'
import { readRevocationList } from '../src/x509/x509-crl.ts'
import { readUse } from '../src/x509/x509-extensions.ts'
import { parseSigstoreTrust } from '../src/sigstore/sigstore-trust.ts'
import { type CmsRequest, armorCms, attribute, signCms } from './cms.ts'
import { octets } from './der.ts'
import { PLAIN } from './openpgp-stage.ts'
import { makeCrl, makeIntermediate, makeRoot, makeSigner } from './pki.ts'
import { ISSUER, certify, makeSigstore, trustedRootOf } from './sigstore.ts'
import { embedded, entryBody, logBody } from './entry-log.ts'
import { withSignature } from './stage.ts'
import { ADA, EMAIL, judgeX509, trustOf } from './x509-stage.ts'

const payload = Buffer.from(PLAIN)
const root = makeRoot()
const middle = makeIntermediate(root)
const ada = makeSigner(middle, EMAIL)
const x509 = trustOf([root])
const message = signCms(payload, { by: ada, certificates: [middle, ada] })

const instance = makeSigstore()
const by = certify(instance, EMAIL)
const unsigned: CmsRequest['unsigned'] = ({ attributes, signature }) => {
  const body = entryBody(attributes, signature, by)
  const entry = embedded(logBody(body, { log: instance.entryLog }))
  return [attribute('1.3.6.1.4.1.57264.3.1', octets(entry))]
}
const gitsign = signCms(payload, { by, unsigned })
const sigstore = parseSigstoreTrust(
  { trustedRoot: { bytes: Buffer.from(JSON.stringify(trustedRootOf(instance))), path: 'root' } },
  [{ principal: ADA, identities: [{ issuer: ISSUER, identity: EMAIL }] }],
)

const verdictOf = (der: Buffer) =>
  judgeX509(withSignature(PLAIN, armorCms(der)), x509, undefined, { sigstore }).verdict

const forms = [
  ['an X.509 signature', message],
  ['a gitsign signature', gitsign],
] as const

describe.each(forms)('%s', (_, good) => {
  const at = fc.nat(good.length - 1)

  it('passes as it is', () => {
    expect(verdictOf(good)).toBe('passed')
  })

  it('is blocked with any one bit of it flipped', () => {
    const passing = [...good.keys()].filter((index) => {
      const bytes = Buffer.from(good)
      bytes[index] = (bytes[index] ?? 0) ^ (1 << (index % 8))
      return verdictOf(bytes) === 'passed'
    })
    expect(passing).toEqual([])
  })

  it('is blocked once bytes of it are others, put in, taken out or repeated', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
      fc.tuple(at, at).map(([from, to]) => good.subarray(from, to)),
      fc
        .constantFrom('3080', '0000', '0500', 'a000', '3000', '3184ffffffff')
        .map((hex) => Buffer.from(hex, 'hex')),
    )
    const edit = fc.property(at, fc.nat(12), piece, (from, removed, inserted) => {
      const bytes = Buffer.concat([good.subarray(0, from), inserted, good.subarray(from + removed)])
      expect(verdictOf(bytes)).toBe(bytes.equals(good) ? 'passed' : 'blocked')
    })
    fc.assert(edit, { numRuns: 1_500 })
  })

  it('has no prefix that passes', () => {
    const passing = [...good.keys()].filter((end) => verdictOf(good.subarray(0, end)) === 'passed')
    expect(passing).toEqual([])
  })
})

describe('every reader', () => {
  it('answers whatever the bytes, without a throw', () => {
    const seeds = [message, gitsign, ada.der, makeCrl(root, { revoked: [ada] })]
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((raw) => Buffer.from(raw)),
      fc
        .tuple(fc.constantFrom(...seeds), fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 6 }))
        .map(([seed, at, raw]) => {
          const copy = Buffer.from(seed)
          copy.set(raw, at % (copy.length - raw.length))
          return copy
        }),
    )
    const answers = fc.property(bytes, (input) => {
      expect(['read', 'refused']).toContain(readCms(input).kind)
      const certificate = readCertificate(input)
      if (certificate !== undefined) {
        expect(['string', 'object']).toContain(typeof readUse(certificate))
        expect(['read', 'refused']).toContain(certificate.key().kind)
      }
      expect(['string', 'object']).toContain(typeof readRevocationList(input))
      expect(['undefined', 'object']).toContain(typeof readLogEntry(input))
    })
    fc.assert(answers, { numRuns: 3_000 })
  })

  it('answers whatever the JSON, without a throw', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        expect(['undefined', 'object']).toContain(typeof readLogEntryJson(json))
      }),
    )
  })

  it('is done soon with what nests or repeats', () => {
    const began = performance.now()
    const nested = Buffer.alloc(40_000, Buffer.from('3080', 'hex'))
    const flat = Buffer.concat([
      Buffer.from('3080', 'hex'),
      Buffer.alloc(40_000, Buffer.from('0500', 'hex')),
    ])
    const many = signCms(payload, { by: ada, certificates: Array.from({ length: 17 }, () => ada) })
    for (const input of [nested, flat, many]) expect(verdictOf(input)).toBe('blocked')
    expect(performance.now() - began).toBeLessThan(5_000)
  })
})
