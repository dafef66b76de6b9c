import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openCheckpoint, readCheckpointText, sealCheckpoint } from '../../src/tlog/checkpoint.ts'
import { checkCosignature, cosign } from '../../src/tlog/cosignature.ts'
import { placesInBundle, writeBundle } from '../../src/tlog/entry-bundle.ts'
import { hashLeaf } from '../../src/tlog/merkle-hash.ts'
import { noteKey, witnessKey } from '../../src/tlog/note-key.ts'
import { readNote, writeNote } from '../../src/tlog/signed-note.ts'
import { readTlogProof, writeTlogProof } from '../../src/tlog/tlog-proof.ts'
import { ledgerKey } from '../log-fixture.ts'

const ORIGIN = 'example.org/log'
const log = ledgerKey()
const key = noteKey(ORIGIN, log.key.publicKey)
const witness = ledgerKey()
const cosigner = witnessKey('example.net/w', witness.key.publicKey)
const root = hashLeaf(Buffer.from('x'))
const sealed = await sealCheckpoint({ origin: ORIGIN, size: 7, root }, key, log.signer)

describe('a checkpoint', () => {
  it('opens with the key and origin that it was sealed with', () => {
    expect(openCheckpoint(sealed, ORIGIN, [key])).toMatchObject({ checkpoint: { size: 7, root } })
    expect(openCheckpoint(sealed, 'example.org/other', [key]).kind).toBe('refused')
    expect(openCheckpoint(sealed, ORIGIN, [noteKey(ORIGIN, witness.key.publicKey)]).kind).toBe(
      'refused',
    )
    expect(openCheckpoint(sealed, ORIGIN, []).kind).toBe('refused')
  })

  it('is refused with any byte changed, cut or added', () => {
    const bytes = Buffer.from(sealed)
    for (let at = 0; at < bytes.byteLength; at += 1) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(openCheckpoint(changed, ORIGIN, [key]).kind).toBe('refused')
      expect(openCheckpoint(bytes.subarray(0, at), ORIGIN, [key]).kind).toBe('refused')
    }
    expect(openCheckpoint(`${sealed}\n`, ORIGIN, [key]).kind).toBe('refused')
  })

  it('takes lines of strangers, and no wrong line in the name of its key', () => {
    const stranger = sealed.split('\n').at(-2)?.replace(ORIGIN, 'example.org/stranger') ?? ''
    expect(openCheckpoint(`${sealed}${stranger}\n`, ORIGIN, [key]).kind).toBe('read')
    const note = readNote(sealed)
    const [line] = note?.signatures ?? []
    if (note === undefined || line === undefined) throw new Error('not a note')
    const forged = { ...line, bytes: Buffer.alloc(64) }
    const both = writeNote({ ...note, signatures: [line, forged] })
    expect(openCheckpoint(both, ORIGIN, [key]).kind).toBe('refused')
  })

  it.each(['07', '-1', '1e3', '9007199254740993', '', ' 7'])('has no size %j', (size) => {
    expect(readCheckpointText(`o\n${size}\n${root.toString('base64')}\n`)).toBeUndefined()
    expect(readCheckpointText(`o\n7\n${root.toString('base64')}\n`)).toBeDefined()
  })

  it('of no entries has the one root of nothing, and no checkpoint has extension lines', () => {
    expect(readCheckpointText(`o\n0\n${root.toString('base64')}\n`)).toBeUndefined()
    expect(readCheckpointText('o\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n')).toBeDefined()
    expect(readCheckpointText(`o\n7\n${root.toString('base64')}\nmore\n`)).toBeUndefined()
  })
})

describe('a cosignature', () => {
  it('verifies at its time; not over other text, by another key, or with any byte changed', async () => {
    const note = readNote(sealed)
    if (note === undefined) throw new Error('not a note')
    const line = await cosign(note, cosigner, 1_700_000_000, witness.signer)
    const cosigned = { ...note, signatures: [...note.signatures, line] }
    expect(checkCosignature(cosigned, cosigner)).toEqual({
      kind: 'cosigned',
      seconds: 1_700_000_000,
    })
    expect(checkCosignature(note, cosigner).kind).toBe('absent')
    expect(checkCosignature({ ...cosigned, text: `${note.text}x\n` }, cosigner).kind).toBe('forged')
    for (let at = 0; at < line.bytes.byteLength; at += 1) {
      const bytes = Buffer.from(line.bytes)
      bytes[at] = (bytes[at] ?? 0) ^ 1
      const changed = { ...note, signatures: [{ ...line, bytes }] }
      expect(checkCosignature(changed, cosigner).kind).toBe('forged')
    }
    expect(readNote(writeNote(cosigned))).toEqual(cosigned)
  })

  it('says a time, or is not made', async () => {
    const note = { text: 'x\n' }
    await expect(cosign(note, cosigner, 0, witness.signer)).rejects.toThrow(TypeError)
    await expect(cosign(note, key, 1, witness.signer)).rejects.toThrow(TypeError)
  })
})

describe('proof text and bundles', () => {
  it('come back as they were written', () => {
    const proof = { index: 3, hashes: [root, hashLeaf(root)], checkpoint: sealed }
    expect(readTlogProof(writeTlogProof(proof))).toEqual(proof)
    const extra = { ...proof, extra: Buffer.from('more') }
    expect(readTlogProof(writeTlogProof(extra))).toEqual(extra)
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), (list) => {
        const entries = list.map((bytes) => Buffer.from(bytes))
        const bundle = writeBundle(entries)
        const places = [...(placesInBundle(bundle) ?? [])]
        const read = entries.map((_, nth) => bundle.subarray(places[2 * nth], places[2 * nth + 1]))
        expect(read).toEqual(entries)
        expect(places).toHaveLength(2 * entries.length)
      }),
    )
  })

  it('are refused when cut, or with a leading zero', () => {
    const text = writeTlogProof({ index: 3, hashes: [root], checkpoint: sealed })
    expect(readTlogProof(text.replace('index 3', 'index 03'))).toBeUndefined()
    expect(readTlogProof(text.replace('v1', 'v2'))).toBeUndefined()
    const bundle = writeBundle([Buffer.from('abc')])
    expect(placesInBundle(bundle.subarray(0, 4))).toBeUndefined()
    expect(placesInBundle(bundle.subarray(0, 1))).toBeUndefined()
  })
})
