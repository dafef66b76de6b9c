import { createPublicKey } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { succeed, temporaryDirectory } from '@bulkhead/testkit'
import { describe, expect, it } from 'vitest'
import {
  type Envelope,
  generateKeyPair,
  openEnvelope,
  parsePrivateKey,
  preAuthenticationEncoding,
  sealEnvelope,
  sha256,
} from '../src/index.ts'
import { keyPair } from './key-pair.ts'

const TYPE = 'application/vnd.example+json'
const gate = keyPair('gate.pub')
const stranger = keyPair('stranger.pub')
const payload = Buffer.from('{"verdict":"PASS"}')
const sealed = await sealEnvelope(TYPE, payload, gate.signer)
const envelope = JSON.parse(sealed.toString()) as Envelope
const signature = envelope.signatures[0]?.sig ?? ''
const open = (value: unknown, keys = [gate.key]) => {
  const bytes =
    value instanceof Uint8Array
      ? value
      : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
  return openEnvelope(bytes, keys, TYPE)
}

describe('pre-authentication encoding', () => {
  it('is that of the DSSE specification (protocol.md, test vectors)', () => {
    const encoded = preAuthenticationEncoding(
      'http://example.com/HelloWorld',
      Buffer.from('hello world'),
    )
    expect(encoded.toString()).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world')
  })

  it('counts bytes, not characters', () => {
    expect(preAuthenticationEncoding('é', Buffer.from('ü')).toString()).toBe('DSSEv1 2 é 2 ü')
  })
})

describe('an envelope', () => {
  it('opens for the key that signed it, among others', () => {
    expect(open(sealed, [stranger.key, gate.key])).toEqual({
      kind: 'opened',
      envelope: { payload, signer: gate.key, digest: sha256(sealed) },
    })
  })

  it('has the same bytes every time', async () => {
    expect(await sealEnvelope(TYPE, payload, gate.signer)).toEqual(sealed)
  })

  it('is signed as openssl verifies it', async () => {
    await using home = await temporaryDirectory()
    const files = {
      key: join(home.path, 'key.pem'),
      signed: join(home.path, 'signed'),
      sig: join(home.path, 'sig'),
    }
    await writeFile(
      files.key,
      createPublicKey(gate.key.publicKey.export({ format: 'pem', type: 'spki' })).export({
        format: 'pem',
        type: 'spki',
      }),
    )
    await writeFile(files.signed, preAuthenticationEncoding(TYPE, payload))
    await writeFile(files.sig, Buffer.from(signature, 'base64'))
    const said = await succeed(
      [
        'openssl',
        'pkeyutl',
        '-verify',
        '-pubin',
        '-inkey',
        files.key,
        '-rawin',
        '-in',
        files.signed,
        '-sigfile',
        files.sig,
      ],
      { cwd: home.path },
    )
    expect(said).toContain('Verified Successfully')
  })

  it('never opens with any bit of it flipped', () => {
    for (let at = 0; at < sealed.byteLength * 8; at += 1) {
      const flipped = Buffer.from(sealed)
      flipped[at >> 3] = (flipped[at >> 3] ?? 0) ^ (1 << (at & 7))
      expect(open(flipped).kind, `bit ${at}`).not.toBe('opened')
    }
  })

  it('never opens cut short or followed by anything but nothing', () => {
    for (let end = 0; end < sealed.byteLength; end += 1) {
      expect(open(sealed.subarray(0, end)).kind).toBe('malformed')
    }
    expect(open(Buffer.concat([sealed, Buffer.from('{}')])).kind).toBe('malformed')
  })

  const only = { keyid: gate.signer.id, sig: signature }
  const urlSafe = (text: string) => text.replaceAll('+', '-').replaceAll('/', '_')
  it.each([
    ['no signature', { ...envelope, signatures: [] }, 'malformed'],
    ['the same signature twice', { ...envelope, signatures: [only, only] }, 'malformed'],
    [
      'a second signature by somebody else',
      { ...envelope, signatures: [only, { ...only, sig: 'AAAA' }] },
      'malformed',
    ],
    ['an unknown member', { ...envelope, extra: 1 }, 'malformed'],
    [
      'an unknown member of the signature',
      { ...envelope, signatures: [{ ...only, cert: '' }] },
      'malformed',
    ],
    ['no payload type', { payload: envelope.payload, signatures: [only] }, 'malformed'],
    ['another payload type', { ...envelope, payloadType: `${TYPE}x` }, 'malformed'],
    [
      'a keyid that names somebody else',
      { ...envelope, signatures: [{ ...only, keyid: stranger.signer.id }] },
      'malformed',
    ],
    ['base64 with a line feed', { ...envelope, payload: `${envelope.payload}\n` }, 'malformed'],
    [
      'base64 with a space inside',
      { ...envelope, payload: envelope.payload.replace('e', ' e') },
      'malformed',
    ],
    [
      'base64 without its padding',
      { ...envelope, signatures: [{ ...only, sig: signature.replace(/=+$/, '') }] },
      'malformed',
    ],
    ['base64 with more padding', { ...envelope, payload: `${envelope.payload}====` }, 'malformed'],
    [
      'base64 with set bits in the padding',
      { ...envelope, signatures: [{ ...only, sig: spareBits(signature) }] },
      'malformed',
    ],
    [
      'a signature in hex',
      {
        ...envelope,
        signatures: [{ ...only, sig: Buffer.from(signature, 'base64').toString('hex') }],
      },
      'malformed',
    ],
    [
      'a signature of all zeros',
      { ...envelope, signatures: [{ ...only, sig: Buffer.alloc(64).toString('base64') }] },
      'untrusted',
    ],
    [
      'another payload under the same signature',
      { ...envelope, payload: Buffer.from('{"verdict":"PASs"}').toString('base64') },
      'untrusted',
    ],
    ['a payload that is not text', { ...envelope, payload: 1 }, 'malformed'],
    ['a list', [envelope], 'malformed'],
    ['not JSON', 'hello', 'malformed'],
    ['a duplicate member', sealed.toString().replace('{', `{"payload":"",`), 'malformed'],
  ])('is refused with %s', (_name, changed, kind) => {
    expect(open(changed)).toMatchObject({ kind })
  })

  it('is refused in the URL-safe alphabet', async () => {
    const bytes = Buffer.from([0xfb, 0xff, 0xfe])
    const other = JSON.parse((await sealEnvelope(TYPE, bytes, gate.signer)).toString()) as Envelope
    expect(open(other).kind).toBe('opened')
    expect(open({ ...other, payload: urlSafe(other.payload) }).kind).toBe('malformed')
  })

  it.each([
    ['without a keyid, which is only a hint', { ...envelope, signatures: [{ sig: signature }] }],
    [
      'with its members in another order and with space',
      JSON.stringify({ signatures: [only], payload: envelope.payload, payloadType: TYPE }, null, 2),
    ],
  ])('opens %s', (_name, changed) => {
    expect(open(changed).kind).toBe('opened')
  })

  it('is refused for another signer, and where nobody is trusted', () => {
    expect(open(sealed, [stranger.key])).toMatchObject({
      kind: 'untrusted',
      reason: expect.stringContaining('stranger.pub'),
    })
    expect(open(sealed, [])).toMatchObject({
      kind: 'untrusted',
      reason: expect.stringContaining('no trusted key'),
    })
  })

  it('is refused beyond 16 MiB, unread', () => {
    expect(open(Buffer.alloc(16 * 1024 * 1024 + 1, 0x20))).toMatchObject({
      kind: 'malformed',
      reason: expect.stringContaining('limit'),
    })
  })
})

/** The same 64 bytes with unused bits of the last character set: decoders take both spellings. */
function spareBits(base64: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  const at = base64.indexOf('=') - 1
  return `${base64.slice(0, at)}${alphabet[alphabet.indexOf(base64[at] ?? '') + 1]}${base64.slice(at + 1)}`
}

it('makes key pairs that are all different', () => {
  const ids = new Set(
    Array.from({ length: 5 }, () => parsePrivateKey(generateKeyPair().privateKey, 'k').id),
  )
  expect(ids.size).toBe(5)
})
