import { describe, expect, it } from 'vitest'
import { openStatement, sealEnvelope, sealStatement } from '../src/index.ts'
import { keyPair } from './key-pair.ts'

const LIMITS = { maxBytes: 10_000, maxDepth: 8 }
const { signer, key } = keyPair('gate.pub')
const subject = [{ name: 'app.tar', digest: { sha256: 'a'.repeat(64) } }]
const statement = { subject, predicateType: 'https://example.test/v1', predicate: { ok: true } }
const type = { _type: 'https://in-toto.io/Statement/v1' }
const written = { ...type, ...statement }

const openText = async (value: unknown, limits = LIMITS) => {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return openStatement(
    await sealEnvelope('application/vnd.in-toto+json', Buffer.from(text), signer),
    [key],
    limits,
  )
}

describe('an in-toto statement', () => {
  it('comes back as it was sealed', async () => {
    const opened = openStatement(await sealStatement(statement, signer), [key], LIMITS)
    expect(opened).toMatchObject({ kind: 'opened', statement: written, envelope: { signer: key } })
  })

  it('is brought into NFC, so that text from any file system can be signed and read back', async () => {
    const sealed = await sealStatement(
      { ...statement, predicate: { file: 'cafe\u0301', lone: '\ud800' } },
      signer,
    )
    expect(openStatement(sealed, [key], LIMITS)).toMatchObject({
      kind: 'opened',
      statement: { predicate: { file: 'caf\u00e9', lone: '\ufffd' } },
    })
  })

  it('cannot be sealed about nothing, nor with two keys that are one text', async () => {
    await expect(sealStatement({ ...statement, subject: [] }, signer)).rejects.toThrow(TypeError)
    await expect(
      sealStatement({ ...statement, predicate: { '\u00e9': 1, 'e\u0301': 2 } }, signer),
    ).rejects.toThrow(TypeError)
  })

  it('is read when plainly written', async () => {
    expect((await openText(written)).kind).toBe('opened')
  })

  it.each([
    ['another statement version', { ...written, _type: 'https://in-toto.io/Statement/v0.1' }],
    ['an unknown member', { ...written, extra: 1 }],
    ['no predicate', { ...type, subject, predicateType: 't' }],
    ['a predicate that is a list', { ...written, predicate: [] }],
    ['no subjects', { ...written, subject: [] }],
    [
      'a subject without a digest',
      { ...written, subject: [...subject, { name: 'b', digest: {} }] },
    ],
    ['a subject without a name', { ...written, subject: [{ digest: { sha256: 'a'.repeat(64) } }] }],
    [
      'a digest in capitals',
      { ...written, subject: [{ name: 'b', digest: { sha256: 'A'.repeat(64) } }] },
    ],
    [
      'a digest that is no hex',
      { ...written, subject: [{ name: 'b', digest: { sha256: 'latest' } }] },
    ],
    [
      'a member of the subject that we do not know',
      { ...written, subject: [{ ...subject[0], uri: 'x' }] },
    ],
    [
      'a duplicate key in the signed payload',
      JSON.stringify(written).replace('"ok":true', '"ok":true,"ok":false'),
    ],
    ['not JSON', 'PASS'],
  ])('is refused with %s', async (_name, value) => {
    expect((await openText(value)).kind).toBe('malformed')
  })

  it('is refused beyond the limits of its reader', async () => {
    const size = JSON.stringify(written).length
    expect((await openText(written, { maxBytes: size - 1, maxDepth: 8 })).kind).toBe('malformed')
    expect((await openText(written, { maxBytes: size, maxDepth: 8 })).kind).toBe('opened')
  })

  it('is refused under another payload type', async () => {
    const bytes = await sealEnvelope(
      'application/json',
      Buffer.from(JSON.stringify(written)),
      signer,
    )
    expect(openStatement(bytes, [key], LIMITS)).toMatchObject({
      kind: 'malformed',
      reason: expect.stringContaining('payload type'),
    })
  })
})
