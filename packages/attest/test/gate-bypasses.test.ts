import {
  type KeylessSigner,
  type StatementSigner,
  type Subject,
  type TrustedSigner,
  sealEnvelope,
  sealStatement,
} from '@bulkhead/envelope'
import type { Verdict } from '@bulkhead/gate'
import { sigstoreSigner, trustedIdentity } from '@bulkhead/signers'
import { type SigstoreInstance, startSigstore } from '@bulkhead/testkit'
import { digest } from '@bulkhead/vocabulary'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Attestation, attestVerdict, verifyAttestation } from '../src/index.ts'
import { NOW, at, expectedOf, finding, keyPair, verdictOf } from './attest-fixture.ts'

/**
 * Section G of the list of gate bypasses, by number: what verifiers of others have let through. Each case
 * stands beside its twin, which differs as little as possible and passes; each is tried with a key and
 * with a workflow known to Sigstore.
 */
interface Party {
  readonly signer: StatementSigner
  readonly trusted: TrustedSigner
  readonly stranger: StatementSigner
}

const gate = {
  issuer: 'https://token.actions.githubusercontent.com',
  identity: 'https://github.com/octo/app/.github/workflows/gate.yml@refs/heads/main',
  repositoryId: 1_296_269,
}

let sigstore: SigstoreInstance
const parties = new Map<string, Party>()
beforeAll(async () => {
  sigstore = await startSigstore()
  const [own, other] = [keyPair('gate.pub'), keyPair('stranger.pub')]
  parties.set('a key', { signer: own.signer, trusted: own.key, stranger: other.signer })
  const root = { path: 'trusted_root.json', bytes: sigstore.trustedRoot }
  const signerOf = (wanted: typeof gate): KeylessSigner =>
    sigstoreSigner({ wanted, root, token: () => Promise.resolve(sigstore.tokenOf(wanted)) })
  parties.set('Sigstore', {
    signer: signerOf(gate),
    trusted: await trustedIdentity(gate, root),
    // The same workflow in another repository of that name: only the number differs.
    stranger: signerOf({ ...gate, repositoryId: 7 }),
  })
})
afterAll(() => sigstore[Symbol.asyncDispose]())

const HOUR = 3_600_000
const TYPE = 'application/vnd.in-toto+json'
const GATE = 'https://bulkhead.dev/release-gate/v1'
const sha = (digit: string) => digest(`sha256:${digit.repeat(64)}`)

describe.each(['a key', 'Sigstore'])('signed by %s', (kind) => {
  const party = (): Party => {
    const found = parties.get(kind)
    if (found === undefined) throw new Error('not started')
    return found
  }
  const attest = (verdict: Verdict = verdictOf(), signer = party().signer) =>
    attestVerdict(verdict, signer)
  const judge = ({ gate: one, summary }: Partial<Attestation>, changes = {}) =>
    verifyAttestation({
      gate: one,
      summary,
      trust: { keys: [party().trusted], maxAge: HOUR },
      expected: expectedOf(),
      now: NOW,
      ...changes,
    })
  const codes = (attestation: Partial<Attestation>, changes = {}) => {
    const result = judge(attestation, changes)
    return result.kind === 'accepted' ? [] : [...new Set(result.findings.map(({ code }) => code))]
  }
  const stating = async (statement: {
    readonly predicateType?: string
    readonly predicate?: object
    readonly subject?: readonly Subject[]
  }) => ({
    ...(await attest()),
    gate: await sealStatement(
      {
        predicateType: GATE,
        predicate: verdictOf(),
        subject: [
          { name: 'dist/app.tgz', digest: { sha256: 'd'.repeat(64) } },
          { name: 'dist/assets.tgz', digest: { sha256: 'e'.repeat(64) } },
          { name: 'commit', digest: { gitCommit: 'a'.repeat(40) } },
        ],
        ...statement,
      },
      party().signer,
    ),
  })

  it('G112: the wanted one is accepted and said; none at all, or of another kind only, is refused', async () => {
    const attestation = await attest()
    const accepted = judge(attestation)
    expect(accepted).toMatchObject({ kind: 'accepted' })
    expect(accepted.kind === 'accepted' ? accepted.matched.length : 0).toBeGreaterThan(3)
    expect(codes({})).toEqual(['attest/missing'])
    expect(codes({ gate: attestation.summary, summary: attestation.summary })).toEqual([
      'attest/wrong-predicate',
    ])
  })

  it('G113: provenance is no verdict, whatever it says inside', async () => {
    const provenance = await stating({ predicateType: 'https://slsa.dev/provenance/v1' })
    expect(codes(provenance)).toEqual(['attest/wrong-predicate'])
    expect(codes(await stating({ predicateType: `${GATE}.1` }))).toEqual(['attest/wrong-predicate'])
    // The same statement with the right type opens; its summary names another file, and says so.
    expect(codes(await stating({}))).toEqual(kind === 'a key' ? [] : ['attest/unlinked-summary'])
  })

  it('G114: a signed BLOCK, and a summary that FAILED, are refused', async () => {
    const blocked = await attest(verdictOf({}, { outcome: 'BLOCK', findings: [finding] }))
    expect(codes(blocked)).toEqual(['attest/not-passed'])
    const passed = await attest()
    expect(codes({ gate: passed.gate, summary: blocked.summary })).toEqual(['attest/not-passed'])
    expect(codes(passed)).toEqual([])
  })

  it.each<[string, readonly Subject[]]>([
    ['by name only', [{ name: 'dist/app.tgz', digest: {} }]],
    ['by SHA-1 only', [{ name: 'dist/app.tgz', digest: { sha1: 'd'.repeat(40) } }]],
    ['by commit only', [{ name: 'commit', digest: { gitCommit: 'a'.repeat(40) } }]],
    [
      'by several, one of which matches',
      [
        { name: 'dist/app.tgz', digest: { sha256: 'd'.repeat(64) } },
        { name: 'dist/other.tgz', digest: { sha256: '9'.repeat(64) } },
        { name: 'commit', digest: { gitCommit: 'a'.repeat(40) } },
      ],
    ],
  ])('116: a subject %s is none', async (_name, subject) => {
    expect(codes(await stating({ subject }))).toEqual(['attest/malformed'])
  })

  it('G116: without subjects there is nothing to sign, and nothing is opened', async () => {
    const payload = Buffer.from(
      JSON.stringify({
        _type: 'https://in-toto.io/Statement/v1',
        predicate: verdictOf(),
        predicateType: GATE,
        subject: [],
      }),
    )
    const empty = await sealEnvelope(TYPE, payload, party().signer)
    expect(codes({ ...(await attest()), gate: empty })).toEqual(['attest/malformed'])
  })

  it('G116, G117: every artifact that ships must be the one that was judged, byte for byte', async () => {
    const passed = await attest()
    const other = { artifacts: [{ name: 'dist/app.tgz', digest: sha('9') }] }
    expect(codes(passed, { expected: expectedOf(other) })).toEqual(['attest/wrong-artifact'])
    expect(codes(passed, { expected: expectedOf() })).toEqual([])
  })

  it('G118: under another policy, too old, or for later, it does not stand', async () => {
    const passed = await attest()
    const policy = { expected: expectedOf({ policyDigest: sha('9') }) }
    expect(codes(passed, policy)).toEqual(['attest/wrong-policy'])
    expect(codes(passed, { now: NOW + HOUR })).toEqual(['attest/expired'])
    expect(codes(await attest(verdictOf({ issuedAt: at(5) })))).toEqual(['attest/expired'])
    expect(codes(passed, { now: NOW + HOUR - 61_000 })).toEqual([])
  })

  it('G119: a verdict beside the summary of another one is refused', async () => {
    const [passed, later] = [await attest(), await attest(verdictOf({ issuedAt: at(-2) }))]
    expect(codes({ gate: passed.gate, summary: later.summary })).toEqual([
      'attest/unlinked-summary',
    ])
    expect(codes(later)).toEqual([])
  })

  it('G121: signed by somebody else, or with any part of the proof gone, is refused and never warned of', async () => {
    const theirs = await attest(verdictOf(), party().stranger)
    expect(codes(theirs)).toEqual(['attest/bad-signature'])
    const ours = await attest()
    expect(codes({ gate: ours.gate, summary: theirs.summary })).toEqual(['attest/bad-signature'])
    expect(codes(ours, { trust: { keys: [], maxAge: HOUR } })).toEqual(['attest/bad-signature'])
    expect(codes(ours)).toEqual([])
  })

  it.each<[string, (text: string) => string]>([
    ['another payload type', (text) => text.replace(TYPE, 'text/plain')],
    [
      'a payload type beside it',
      (text) => text.replace('"payloadType"', '"payloadType":"x","payloadType"'),
    ],
    ['url-safe base64', (text) => text.replaceAll(/[+/]/g, (one) => (one === '+' ? '-' : '_'))],
    ['base64 without its padding', (text) => text.replaceAll('="', '"')],
    ['base64 with a line feed', (text) => text.replace('"payload":"', '"payload":"\\n')],
    ['base64 with a space', (text) => text.replace('"payload":"', '"payload":" ')],
    ['a second signature', (text) => text.replace(/("signatures":\[)(\{[^}]*\})/, '$1$2,$2')],
    ['no signature', (text) => text.replace(/("signatures":\[)\{[^}]*\}/, '$1')],
    ['something after it', (text) => `${text}{}`],
  ])('the file with %s is refused', async (name, change) => {
    const ours = await attest()
    const text = ours.gate.toString()
    const changed = change(text)
    // A file without such a character, or without padding, has no such variant.
    if (changed === text) return expect(name).toContain('base64')
    expect(codes({ ...ours, gate: Buffer.from(changed) })[0]).toMatch(
      /^attest\/(?:malformed|bad-signature)$/,
    )
    return expect(codes(ours)).toEqual([])
  })

  it('G122: a waiver that the verdict does not carry as a finding is no PASS with findings', async () => {
    expect(codes(await attest(verdictOf({}, { findings: [finding] })))).toEqual([
      'attest/not-passed',
    ])
    expect(codes(await attest())).toEqual([])
  })

  it('G123: half a file, as a crash leaves it, is refused', async () => {
    const ours = await attest()
    for (const share of [0, 0.25, 0.5, 0.75, 0.999]) {
      const cut = ours.gate.subarray(0, Math.floor(ours.gate.length * share))
      expect(codes({ ...ours, gate: cut })[0], `${share}`).toMatch(/^attest\//)
    }
    expect(codes(ours)).toEqual([])
  })
})

describe('keys in a payload that come twice', () => {
  it.each(['"predicateType"', '"outcome"', '"subject"'])('%s', async (key) => {
    const { signer, key: trusted } = keyPair('gate.pub')
    const ours = await attestVerdict(verdictOf(), signer)
    const envelope: { payload: string } = JSON.parse(ours.gate.toString())
    const payload = Buffer.from(envelope.payload, 'base64').toString()
    const twice = await sealEnvelope(
      TYPE,
      Buffer.from(payload.replace(key, `${key}:"x",${key}`)),
      signer,
    )
    const request = {
      summary: ours.summary,
      trust: { keys: [trusted], maxAge: HOUR },
      expected: expectedOf(),
      now: NOW,
    }
    expect(verifyAttestation({ ...request, gate: twice })).toMatchObject({
      kind: 'refused',
      findings: [{ code: 'attest/malformed', message: expect.stringContaining('duplicate key') }],
    })
    const same = await sealEnvelope(TYPE, Buffer.from(payload), signer)
    expect(verifyAttestation({ ...request, gate: same }).kind).toBe('accepted')
  })
})
