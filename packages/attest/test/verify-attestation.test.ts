import { canonicalJson, sealEnvelope, sealStatement, sha256 } from '@bulkhead/envelope'
import type { Verdict } from '@bulkhead/gate'
import { commitId, digest, treeId } from '@bulkhead/vocabulary'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Attestation,
  type VerificationRequest,
  attestVerdict,
  verifyAttestation,
} from '../src/index.ts'
import { NOW, at, expectedOf, finding, keyPair, verdictOf } from './attest-fixture.ts'

const gate = keyPair('gate.pub')
const stranger = keyPair('stranger.pub')
const HOUR = 3_600_000
const TYPE = 'application/vnd.in-toto+json'
const digestOf = (digit: string) => digest(`sha256:${digit.repeat(64)}`)

const attested = await attestVerdict(verdictOf(), gate.signer)
const verify = (attestation: Partial<Attestation>, changes: Partial<VerificationRequest> = {}) =>
  verifyAttestation({
    gate: attestation.gate,
    summary: attestation.summary,
    trust: { keys: [gate.key], maxAge: HOUR },
    expected: expectedOf(),
    now: NOW,
    ...changes,
  })
const codes = (...request: Parameters<typeof verify>) => {
  const result = verify(...request)
  return result.kind === 'accepted' ? [] : [...new Set(result.findings.map(({ code }) => code))]
}
const codesOf = async (verdict: Verdict, changes: Partial<VerificationRequest> = {}) =>
  codes(await attestVerdict(verdict, gate.signer), changes)

interface Payload {
  readonly subject: readonly {
    readonly name: string
    readonly digest: Readonly<Record<string, string>>
  }[]
  readonly predicateType: string
  readonly predicate: Readonly<Record<string, unknown>>
}
const payloadOf = (envelope: Buffer): Payload =>
  JSON.parse(
    Buffer.from(
      (JSON.parse(envelope.toString()) as { payload: string }).payload,
      'base64',
    ).toString(),
  ) as Payload
/** Signs a statement as the gate would, whatever it says. */
const seal = (changes: Partial<Payload>, of = attested.gate) =>
  sealStatement({ ...payloadOf(of), ...changes }, gate.signer)

describe('an attestation of what is about to ship', () => {
  it('is accepted, and says what matched', () => {
    const result = verify(attested)
    expect(result).toMatchObject({
      kind: 'accepted',
      verdict: verdictOf(),
      digest: sha256(attested.gate),
    })
    const matched = result.kind === 'accepted' ? result.matched.join('\n') : ''
    for (const word of [
      'gate.pub',
      'a'.repeat(40),
      'c'.repeat(40),
      digestOf('d'),
      digestOf('e'),
      digestOf('f'),
      'production',
      '59 more minutes',
    ]) {
      expect(matched).toContain(word)
    }
  })

  it('has the same bytes every time', async () => {
    expect(await attestVerdict(verdictOf(), gate.signer)).toEqual(attested)
  })

  it('is a statement about each artifact by sha256 and about the commit', () => {
    expect(payloadOf(attested.gate).subject).toEqual([
      { name: 'dist/app.tgz', digest: { sha256: 'd'.repeat(64) } },
      { name: 'dist/assets.tgz', digest: { sha256: 'e'.repeat(64) } },
      { name: 'commit', digest: { gitCommit: 'a'.repeat(40) } },
    ])
  })

  it('comes with a SLSA verification summary that names it by digest', () => {
    expect(payloadOf(attested.summary)).toMatchObject({
      predicateType: 'https://slsa.dev/verification_summary/v1',
      predicate: {
        verifier: { id: 'https://bulkhead.dev/release-gate' },
        timeVerified: at(-1),
        policy: { digest: { sha256: 'f'.repeat(64) } },
        inputAttestations: [{ digest: { sha256: sha256(attested.gate).slice(7) } }],
        verificationResult: 'PASSED',
        verifiedLevels: [],
      },
    })
  })

  it('is accepted with the artifacts in another order, and among several trusted keys', () => {
    const expected = { ...expectedOf(), artifacts: expectedOf().artifacts.toReversed() }
    expect(codes(attested, { expected })).toEqual([])
    expect(codes(attested, { trust: { keys: [stranger.key, gate.key], maxAge: HOUR } })).toEqual([])
  })

  it('is accepted when an artifact has a name in another Unicode form on disk', async () => {
    const named = (name: string) => ({ artifacts: [{ name, digest: digestOf('d') }] })
    const verdict = verdictOf(named('cafe\u0301.tgz'))
    expect(await codesOf(verdict, { expected: expectedOf(named('cafe\u0301.tgz')) })).toEqual([])
    expect(await codesOf(verdict, { expected: expectedOf(named('cafe.tgz')) })).toEqual([
      'attest/wrong-artifact',
    ])
  })
})

it('an attestation after an earlier release stands where the caller says that it does as well', async () => {
  const earlier = commitId('9'.repeat(40))
  const verdict = verdictOf({ base: earlier })
  expect(await codesOf(verdict, { expected: expectedOf() })).toEqual(['attest/wrong-base'])
  const expected = { ...expectedOf(), earlierBases: [earlier] }
  expect(await codesOf(verdict, { expected })).toEqual([])
})

describe('an attestation of anything else is refused', () => {
  it.each<readonly [string, string, Partial<Verdict['bindings']>]>([
    ['another commit', 'attest/wrong-commit', { commit: commitId('9'.repeat(40)) }],
    ['another tree', 'attest/wrong-commit', { tree: treeId('9'.repeat(40)) }],
    ['another base', 'attest/wrong-base', { base: commitId('9'.repeat(40)) }],
    ['another policy', 'attest/wrong-policy', { policyDigest: digestOf('9') }],
    ['another environment', 'attest/wrong-environment', { environment: 'staging' }],
    [
      'other bytes under the same name',
      'attest/wrong-artifact',
      {
        artifacts: [
          { name: 'dist/app.tgz', digest: digestOf('9') },
          { name: 'dist/assets.tgz', digest: digestOf('e') },
        ],
      },
    ],
    [
      'the same bytes under another name',
      'attest/wrong-artifact',
      {
        artifacts: [
          { name: 'dist/other.tgz', digest: digestOf('d') },
          { name: 'dist/assets.tgz', digest: digestOf('e') },
        ],
      },
    ],
    [
      'an artifact less',
      'attest/wrong-artifact',
      { artifacts: [{ name: 'dist/app.tgz', digest: digestOf('d') }] },
    ],
    [
      'an artifact more',
      'attest/wrong-artifact',
      { artifacts: [...verdictOf().bindings.artifacts, { name: 'x', digest: digestOf('9') }] },
    ],
    ['no artifact', 'attest/wrong-artifact', { artifacts: [] }],
    ['an hour ago', 'attest/expired', { issuedAt: at(-120), expiresAt: at(-60) }],
    ['this very moment', 'attest/expired', { expiresAt: at(0) }],
    [
      'longer ago than we allow, whatever it says itself',
      'attest/expired',
      { issuedAt: at(-60), expiresAt: at(60) },
    ],
    ['more than a minute from now', 'attest/expired', { issuedAt: at(1.01) }],
  ])('%s', async (_name, code, bindings) => {
    expect(await codesOf(verdictOf(bindings))).toEqual([code])
    expect(await codesOf(verdictOf())).toEqual([])
  })

  it('unlike one of our clock a minute ahead, or one that ends a millisecond from now', async () => {
    expect(await codesOf(verdictOf({ issuedAt: at(1) }))).toEqual([])
    expect(await codesOf(verdictOf({ expiresAt: new Date(NOW + 1).toISOString() }))).toEqual([])
    expect(await codesOf(verdictOf({ issuedAt: at(-59.9), expiresAt: at(60) }))).toEqual([])
  })

  it('nothing to ship matches nothing, even when the verdict names nothing either', async () => {
    const nothing = { artifacts: [] }
    expect(await codesOf(verdictOf(nothing), { expected: expectedOf(nothing) })).toEqual([
      'attest/wrong-artifact',
    ])
  })

  it('every difference is named at once', async () => {
    const verdict = verdictOf({
      commit: commitId('9'.repeat(40)),
      environment: 'staging',
      policyDigest: digestOf('9'),
    })
    expect(await codesOf(verdict)).toEqual([
      'attest/wrong-commit',
      'attest/wrong-policy',
      'attest/wrong-environment',
    ])
  })
})

describe('a verdict that is not a clean PASS is refused', () => {
  it.each<readonly [string, Partial<Omit<Verdict, 'bindings'>>]>([
    ['BLOCK', { outcome: 'BLOCK', findings: [finding] }],
    ['BLOCK without a reason', { outcome: 'BLOCK' }],
    ['PASS with a finding', { findings: [finding] }],
    ['observed, with a finding', { mode: 'observe', findings: [finding] }],
    ['observed and blocked', { mode: 'observe', outcome: 'BLOCK', findings: [finding] }],
  ])('%s', async (_name, rest) => {
    expect(await codesOf(verdictOf({}, rest))).toEqual(['attest/not-passed'])
  })

  it('unlike one that was observed and found nothing', async () => {
    expect(await codesOf(verdictOf({}, { mode: 'observe' }))).toEqual([])
  })
})

describe('envelopes that do not belong together are refused', () => {
  it('one or both missing', () => {
    expect(codes({ gate: attested.gate })).toEqual(['attest/missing'])
    expect(codes({ summary: attested.summary })).toEqual(['attest/missing'])
    expect(codes({})).toEqual(['attest/missing'])
  })

  it('the same one twice, or the two exchanged', () => {
    expect(codes({ gate: attested.gate, summary: attested.gate })).toEqual([
      'attest/wrong-predicate',
    ])
    expect(codes({ gate: attested.summary, summary: attested.gate })).toEqual([
      'attest/wrong-predicate',
    ])
  })

  it('a summary of another verdict, though it says the same', async () => {
    const other = await attestVerdict(verdictOf({ expiresAt: at(58) }), gate.signer)
    expect(codes({ gate: attested.gate, summary: other.summary })).toEqual([
      'attest/unlinked-summary',
    ])
    expect(codes({ gate: other.gate, summary: attested.summary })).toEqual([
      'attest/unlinked-summary',
    ])
    expect(codes(other)).toEqual([])
  })

  const predicate = payloadOf(attested.summary).predicate
  it.each<readonly [string, string, Partial<Payload>]>([
    ['FAILED', 'attest/not-passed', { predicate: { ...predicate, verificationResult: 'FAILED' } }],
    [
      'neither PASSED nor FAILED',
      'attest/malformed',
      { predicate: { ...predicate, verificationResult: 'passed' } },
    ],
    [
      'without a result',
      'attest/malformed',
      { predicate: { ...predicate, verificationResult: undefined } },
    ],
    [
      'without inputs',
      'attest/unlinked-summary',
      { predicate: { ...predicate, inputAttestations: [] } },
    ],
    [
      'with a second input',
      'attest/unlinked-summary',
      {
        predicate: {
          ...predicate,
          inputAttestations: [
            ...(predicate['inputAttestations'] as unknown[]),
            { uri: 'x', digest: { sha256: '0'.repeat(64) } },
          ],
        },
      },
    ],
    [
      'of another verifier',
      'attest/unlinked-summary',
      { predicate: { ...predicate, verifier: { id: 'https://example.test' } } },
    ],
    [
      'of another policy',
      'attest/unlinked-summary',
      { predicate: { ...predicate, policy: { uri: 'x', digest: { sha256: '0'.repeat(64) } } } },
    ],
    [
      'of another time',
      'attest/unlinked-summary',
      { predicate: { ...predicate, timeVerified: at(0) } },
    ],
    [
      'of other subjects',
      'attest/unlinked-summary',
      { subject: [{ name: 'commit', digest: { gitCommit: 'a'.repeat(40) } }] },
    ],
    [
      'with a member that we do not know',
      'attest/malformed',
      { predicate: { ...predicate, slsaVersion: '1.0' } },
    ],
    [
      'of another predicate type',
      'attest/wrong-predicate',
      { predicateType: 'https://slsa.dev/verification_summary/v0.2' },
    ],
  ])('a summary %s', async (_name, code, changes) => {
    expect(codes({ gate: attested.gate, summary: await seal(changes, attested.summary) })).toEqual([
      code,
    ])
    expect(codes({ gate: attested.gate, summary: await seal({}, attested.summary) })).toEqual([])
  })

  it('a summary by somebody else', async () => {
    const { summary } = await attestVerdict(verdictOf(), stranger.signer)
    expect(codes({ gate: attested.gate, summary })).toEqual(['attest/bad-signature'])
  })
})

describe('a verdict envelope in another form is refused', () => {
  const { subject, predicate } = payloadOf(attested.gate)
  const { bindings } = verdictOf()

  it.each<readonly [string, string, Partial<Payload>]>([
    [
      'provenance instead of a verdict',
      'attest/wrong-predicate',
      { predicateType: 'https://slsa.dev/provenance/v1' },
    ],
    [
      'a later version of the verdict',
      'attest/wrong-predicate',
      { predicateType: 'https://bulkhead.dev/release-gate/v2' },
    ],
    ['no type at all', 'attest/wrong-predicate', { predicateType: '' }],
    ['the subjects of the commit only', 'attest/malformed', { subject: subject.slice(-1) }],
    ['the subjects without the commit', 'attest/malformed', { subject: subject.slice(0, -1) }],
    [
      'one subject more',
      'attest/malformed',
      { subject: [...subject, { name: 'x', digest: { sha256: '9'.repeat(64) } }] },
    ],
    [
      'a subject by sha1',
      'attest/malformed',
      { subject: subject.with(0, { name: 'dist/app.tgz', digest: { sha1: 'd'.repeat(40) } }) },
    ],
    [
      'a subject with a second digest',
      'attest/malformed',
      {
        subject: subject.with(0, {
          name: 'dist/app.tgz',
          digest: { sha256: 'd'.repeat(64), sha512: 'd'.repeat(128) },
        }),
      },
    ],
    [
      'subjects that the verdict is not about',
      'attest/malformed',
      { predicate: { ...predicate, bindings: { ...bindings, artifacts: [] } } },
    ],
    [
      'a verdict with an unknown member',
      'attest/malformed',
      { predicate: { ...predicate, waived: true } },
    ],
    [
      'a verdict without its findings',
      'attest/malformed',
      { predicate: { ...predicate, findings: undefined } },
    ],
    [
      'an outcome in other letters',
      'attest/malformed',
      { predicate: { ...predicate, outcome: 'pass' } },
    ],
    [
      'a mode that we do not know',
      'attest/malformed',
      { predicate: { ...predicate, mode: 'off' } },
    ],
    [
      'a date that does not exist',
      'attest/malformed',
      {
        predicate: {
          ...predicate,
          bindings: { ...bindings, expiresAt: '2026-02-30T00:00:00.000Z' },
        },
      },
    ],
    [
      'a date without an end',
      'attest/malformed',
      { predicate: { ...predicate, bindings: { ...bindings, expiresAt: 'never' } } },
    ],
    [
      'a short commit',
      'attest/malformed',
      { predicate: { ...predicate, bindings: { ...bindings, commit: 'a'.repeat(12) } } },
    ],
    ['an empty predicate', 'attest/malformed', { predicate: {} }],
  ])('%s', async (_name, code, changes) => {
    expect(codes({ ...attested, gate: await seal(changes) })).toEqual([code])
    expect(codes({ ...attested, gate: await seal({}) })).toEqual([])
  })

  it.each<readonly [string, string, (text: string) => Promise<Buffer>]>([
    [
      'empty subjects',
      'attest/malformed',
      (text) =>
        sealEnvelope(
          TYPE,
          Buffer.from(text.replace(/"subject":\[.*\]/, '"subject":[]')),
          gate.signer,
        ),
    ],
    [
      'a duplicate key in the payload',
      'attest/malformed',
      (text) =>
        sealEnvelope(
          TYPE,
          Buffer.from(text.replace('"outcome":"PASS"', '"outcome":"BLOCK","outcome":"PASS"')),
          gate.signer,
        ),
    ],
    [
      'another payload type, signed as such',
      'attest/malformed',
      (text) => sealEnvelope('application/json', Buffer.from(text), gate.signer),
    ],
    [
      'a payload that is not JSON',
      'attest/malformed',
      () => sealEnvelope(TYPE, Buffer.from('PASS'), gate.signer),
    ],
    [
      'another signer',
      'attest/bad-signature',
      (text) => sealEnvelope(TYPE, Buffer.from(text), stranger.signer),
    ],
  ])('%s', async (_name, code, forge) => {
    const text = canonicalJson(payloadOf(attested.gate))
    expect(codes({ ...attested, gate: await forge(text) })).toEqual([code])
    expect(
      codes({ ...attested, gate: await sealEnvelope(TYPE, Buffer.from(text), gate.signer) }),
    ).toEqual([])
  })

  const outer = JSON.parse(attested.gate.toString()) as {
    payload: string
    payloadType: string
    signatures: readonly { sig: string }[]
  }
  it.each<readonly [string, string, unknown]>([
    ['a changed payload type', 'attest/malformed', { ...outer, payloadType: 'text/plain' }],
    [
      'a second signature',
      'attest/malformed',
      { ...outer, signatures: [...outer.signatures, ...outer.signatures] },
    ],
    ['no signature', 'attest/malformed', { ...outer, signatures: [] }],
    [
      'a payload in URL-safe base64',
      'attest/malformed',
      { ...outer, payload: `${outer.payload.slice(0, -4)}-_-_` },
    ],
    ['a payload with a line feed', 'attest/malformed', { ...outer, payload: `${outer.payload}\n` }],
    [
      'a verdict that was edited',
      'attest/bad-signature',
      {
        ...outer,
        payload: Buffer.from(
          Buffer.from(outer.payload, 'base64').toString().replace('"passed":40', '"passed":41'),
        ).toString('base64'),
      },
    ],
    ['nothing', 'attest/malformed', null],
  ])('%s', (_name, code, value) => {
    expect(codes({ ...attested, gate: Buffer.from(JSON.stringify(value)) })).toEqual([code])
  })

  it('empty, or without any trusted key', () => {
    expect(codes({ ...attested, gate: Buffer.alloc(0) })).toEqual(['attest/malformed'])
    expect(codes(attested, { trust: { keys: [], maxAge: HOUR } })).toEqual(['attest/bad-signature'])
    expect(codes(attested, { trust: { keys: [stranger.key], maxAge: HOUR } })).toEqual([
      'attest/bad-signature',
    ])
  })

  it('with any byte of either envelope flipped', () => {
    for (const which of ['gate', 'summary'] as const) {
      for (let byte = 0; byte < attested[which].byteLength; byte += 1) {
        const flipped = Buffer.from(attested[which])
        flipped[byte] = (flipped[byte] ?? 0) ^ (1 << (byte % 8))
        expect(verify({ ...attested, [which]: flipped }).kind, `${which}, byte ${byte}`).toBe(
          'refused',
        )
      }
    }
  })
})

it('text of any kind in a verdict can be signed, and is refused for what it says, never for its form', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), async (any) => {
      const verdict = verdictOf(
        {},
        { outcome: 'BLOCK', findings: [{ ...finding, subject: any, message: any }] },
      )
      expect(await codesOf(verdict)).toEqual(['attest/not-passed'])
    }),
    { numRuns: 50 },
  )
})
