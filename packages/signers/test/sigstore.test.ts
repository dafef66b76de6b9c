import {
  canonicalJson,
  generateKeyPair,
  openEnvelope,
  parsePrivateKey,
  parsePublicKey,
  sealEnvelope,
} from '@bulkhead/envelope'
import { type SigstoreInstance, type WorkflowClaims, startSigstore } from '@bulkhead/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sigstoreSigner, trustedIdentity } from '../src/index.ts'

const TYPE = 'application/vnd.in-toto+json'
const payload = Buffer.from('{"verdict":"PASS"}')
const gate = {
  issuer: 'https://token.actions.githubusercontent.com',
  identity: 'https://github.com/octo/app/.github/workflows/gate.yml@refs/heads/main',
  repositoryId: 1_296_269,
}

let sigstore: SigstoreInstance
let expired: SigstoreInstance
beforeAll(async () => {
  sigstore = await startSigstore()
  expired = await startSigstore({ certificatesFrom: new Date(Date.now() - 3_600_000) })
})
afterAll(() => Promise.all([sigstore, expired].map((one) => one[Symbol.asyncDispose]())))

const rootOf = ({ trustedRoot: bytes }: SigstoreInstance) => ({ path: 'trusted_root.json', bytes })
const signerOf = (claims: WorkflowClaims, wanted = gate, instance = sigstore) =>
  sigstoreSigner({
    wanted,
    root: rootOf(instance),
    token: () => Promise.resolve(instance.tokenOf(claims)),
  })
const sealAs = (claims: WorkflowClaims) =>
  sealEnvelope(
    TYPE,
    payload,
    signerOf(claims, { ...claims, repositoryId: claims.repositoryId ?? 0 }),
  )
const openAs = async (bytes: Uint8Array, wanted = gate, instance = sigstore) =>
  openEnvelope(bytes, [await trustedIdentity(wanted, rootOf(instance))], TYPE)

describe('a workflow known to Sigstore', () => {
  it('signs without a key, and is known by issuer, workflow and repository', async () => {
    const sealed = await sealAs(gate)
    expect(await openAs(sealed)).toMatchObject({
      kind: 'opened',
      envelope: { payload, signer: { name: gate.identity } },
    })
  })

  it.each([
    ['another issuer', { issuer: 'https://token.actions.example.test' }, 'issuer'],
    ['a longer issuer', { issuer: `${gate.issuer}/octo` }, 'issuer'],
    ['another workflow', { identity: gate.identity.replace('gate.yml', 'lint.yml') }, 'identity'],
    ['another ref', { identity: gate.identity.replace('main', 'feature') }, 'identity'],
    ['a ref that begins alike', { identity: `${gate.identity}-2` }, 'identity'],
    // A pattern that is not anchored would take it, and "." for any character.
    [
      'a name that a pattern would take',
      { identity: gate.identity.replace('gate.', 'gateX') },
      'identity',
    ],
    ['another repository of that name', { repositoryId: 1_296_270 }, 'repository id'],
  ])('is not taken for %s', async (_name, change, which) => {
    const other = { ...gate, ...change }
    const sealed = await sealAs(other)
    expect(await openAs(sealed, other)).toMatchObject({ kind: 'opened' })
    expect(await openAs(sealed)).toMatchObject({
      kind: 'untrusted',
      reason: expect.stringContaining(`certificate's ${which} is`),
    })
  })

  it('signs nothing when it is not who the policy says, and says whom it found', async () => {
    const other = { ...gate, identity: gate.identity.replace('main', 'feature') }
    await expect(sealEnvelope(TYPE, payload, signerOf(other))).rejects.toMatchObject({
      findings: [{ code: 'signer/wrong-answer', message: expect.stringContaining('feature') }],
    })
    const { repositoryId: _, ...nameless } = gate
    await expect(sealEnvelope(TYPE, payload, signerOf(nameless))).rejects.toMatchObject({
      findings: [{ code: 'signer/wrong-answer', message: expect.stringContaining('is null') }],
    })
  })

  it.each(['/api/v2/signingCert', '/api/v1/log/entries'])(
    'signs nothing while %s fails, and its token is in no message',
    async (path) => {
      await using failing = await startSigstore()
      failing.broken.add(path)
      const token = failing.tokenOf(gate)
      const failed = sealEnvelope(
        TYPE,
        payload,
        sigstoreSigner({
          wanted: gate,
          root: rootOf(failing),
          token: () => Promise.resolve(token),
          retries: 0,
        }),
      )
      const error: unknown = await failed.catch((caught: unknown) => caught)
      expect(error).toMatchObject({ findings: [{ code: 'signer/unavailable' }] })
      expect(JSON.stringify(error) + String(error)).not.toContain(token)
    },
  )
})

describe('a bundle', () => {
  it('opens with no key, whoever holds one, and an envelope with no identity', async () => {
    const { privateKey, publicKey } = generateKeyPair()
    const key = parsePublicKey(publicKey, 'gate.pub')
    expect(openEnvelope(await sealAs(gate), [key], TYPE).kind).toBe('untrusted')
    expect(
      (await openAs(await sealEnvelope(TYPE, payload, parsePrivateKey(privateKey, 'k')))).kind,
    ).toBe('untrusted')
  })

  it('of another instance is refused', async () => {
    await using other = await startSigstore()
    expect((await openAs(await sealAs(gate), gate, other)).kind).toBe('untrusted')
  })

  it('whose certificate had expired when it was logged is refused', async () => {
    await expect(sealEnvelope(TYPE, payload, signerOf(gate, gate, expired))).rejects.toMatchObject({
      findings: [{ code: 'signer/wrong-answer', message: expect.stringContaining('proof') }],
    })
  })

  it('never opens with anything taken out of it or changed, beyond what its log entry repeats', async () => {
    const sealed = await sealAs(gate)
    const identity = await trustedIdentity(gate, rootOf(sigstore))
    const whole: unknown = JSON.parse(sealed.toString())
    const variants = [...changesOf(whole)]
    expect(variants.length).toBeGreaterThan(40)
    for (const { at, value } of variants) {
      const opened = openEnvelope(Buffer.from(canonicalJson(value)), [identity], TYPE)
      // Numbers that the log's proof repeats are no evidence of their own: without them it still holds.
      if (REPEATED.test(at)) continue
      expect(opened.kind, at).not.toBe('opened')
    }
    expect(openEnvelope(sealed, [identity], TYPE).kind).toBe('opened')
  })

  it('without an entry in the transparency log, or without its proof, is refused', async () => {
    const sealed = (await sealAs(gate)).toString()
    const whole: { verificationMaterial: { tlogEntries: Record<string, unknown>[] } } =
      JSON.parse(sealed)
    const [entry] = whole.verificationMaterial.tlogEntries
    const { inclusionPromise: _promise, inclusionProof: _proof, ...unproven } = entry ?? {}
    for (const tlogEntries of [[], [unproven], [entry, entry]]) {
      const material = { ...whole.verificationMaterial, tlogEntries }
      const bytes = canonicalJson({ ...whole, verificationMaterial: material })
      expect((await openAs(Buffer.from(bytes))).kind).not.toBe('opened')
    }
    expect((await openAs(Buffer.from(canonicalJson(whole)))).kind).toBe('opened')
  })

  it.each([
    ['pretty', (text: string) => JSON.stringify(JSON.parse(text), null, 2)],
    [
      'with a member twice',
      (text: string) => text.replace('"mediaType"', '"mediaType":"x","mediaType"'),
    ],
    [
      'with an unknown member',
      (text: string) => text.replace('"mediaType"', '"kind":1,"mediaType"'),
    ],
    ['followed by a line feed', (text: string) => `${text}\n`],
    ['with url-safe base64', (text: string) => text.replaceAll('+', '-').replaceAll('/', '_')],
    ['for another payload type', (text: string) => text.replace('in-toto+json', 'example+json')],
  ])('%s is refused', async (_name, change) => {
    const bytes = Buffer.from(change((await sealAs(gate)).toString()))
    expect((await openAs(bytes)).kind).not.toBe('opened')
  })
})

const REPEATED = /tlogEntries\.0\.(?:inclusionProof|inclusionPromise|logIndex|integratedTime)/

/** The value with one member removed, emptied or altered, for every member at any depth. */
function* changesOf(value: unknown, at = '$'): Generator<{ at: string; value: unknown }> {
  if (typeof value === 'string') {
    yield { at: `${at} altered`, value: alter(value) }
    return
  }
  if (typeof value !== 'object' || value === null) return
  for (const [key, member] of Object.entries(value)) {
    const rest = Object.entries(value).filter(([name]) => name !== key)
    const rebuild = (entries: [string, unknown][]) =>
      Array.isArray(value) ? entries.map(([, item]) => item) : Object.fromEntries(entries)
    yield { at: `${at}.${key} removed`, value: rebuild(rest) }
    for (const inner of changesOf(member, `${at}.${key}`))
      yield {
        at: inner.at,
        value: rebuild(
          Object.entries(value).map(([name, old]) => [name, name === key ? inner.value : old]),
        ),
      }
  }
}

const alter = (text: string) =>
  text === '' ? 'A' : `${text.slice(0, -5)}${text.at(-5) === 'B' ? 'C' : 'B'}${text.slice(-4)}`
