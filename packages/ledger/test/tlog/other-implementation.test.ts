import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { checkpointText, openCheckpoint, sealCheckpoint } from '../../src/tlog/checkpoint.ts'
import { checkCosignature, cosign } from '../../src/tlog/cosignature.ts'
import { GrowingTree, type Tile } from '../../src/tlog/growing-tree.ts'
import { hashLeaf } from '../../src/tlog/merkle-hash.ts'
import { noteKey, readVerifierKey, witnessKey, writeVerifierKey } from '../../src/tlog/note-key.ts'
import { provesInclusion } from '../../src/tlog/proofs.ts'
import { readNote, writeNote } from '../../src/tlog/signed-note.ts'
import { TiledTree } from '../../src/tlog/tiled-tree.ts'
import { tilePath } from '../../src/tlog/tiles.ts'
import { readTlogProof, writeTlogProof } from '../../src/tlog/tlog-proof.ts'
import other from './other-implementation.json' with { type: 'json' }

const ORIGIN = 'example.org/log'
const SIZE = 70_000
const INDEX = 1_234
const AT = 1_679_315_147

/** The Ed25519 key of a seed of one byte, repeated (PKCS#8, RFC 8410). */
function keyOf(byte: number) {
  const der = Buffer.concat([
    Buffer.from('302e020100300506032b657004220420', 'hex'),
    Buffer.alloc(32, byte),
  ])
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  return {
    publicKey: createPublicKey(key),
    signer: { sign: async (bytes: Uint8Array) => sign(null, bytes, key) },
  }
}

const log = keyOf(1)
const logKey = noteKey(ORIGIN, log.publicKey)
const witness = keyOf(2)
const cosigner = witnessKey('example.net/w', witness.publicKey)

const tree = new GrowingTree()
const tiles = new Map<string, Buffer>()
const keep = (filled: readonly Tile[]) => {
  for (const { name, bytes } of filled) tiles.set(tilePath(name), bytes)
}
for (let n = 0; n < SIZE; n += 1) keep(tree.append(hashLeaf(Buffer.from(`leaf ${n}`))))
keep(tree.edge())
const tiled = new TiledTree(SIZE, async (path) => tiles.get(path))
const checkpoint = { origin: ORIGIN, size: SIZE, root: tree.root }

describe('what another implementation of the C2SP formats makes of the same leaves and keys', () => {
  it('is the same tiles', () => {
    for (const [path, digest] of Object.entries(other.tiles)) {
      const bytes = tiles.get(path) ?? Buffer.alloc(0)
      expect([path, createHash('sha256').update(bytes).digest('hex')]).toEqual([path, digest])
    }
  })

  it('is the same verifier keys', () => {
    expect(writeVerifierKey(logKey)).toBe(other.logKey)
    expect(writeVerifierKey(cosigner)).toBe(other.witnessKey)
    for (const line of [other.logKey, other.witnessKey, other.ecdsaKey]) {
      const read = readVerifierKey(line)
      expect(read === undefined ? '' : writeVerifierKey(read)).toBe(line)
    }
    const broken = other.ecdsaKey.replace('+df82ce60+', '+df82ce61+')
    expect(readVerifierKey(broken)).toBeUndefined()
    expect(readVerifierKey(other.ecdsaKey.slice(0, -4))).toBeUndefined()
  })

  it('is the same proof of an entry under the same cosigned checkpoint, byte for byte', async () => {
    const note = readNote(await sealCheckpoint(checkpoint, logKey, log.signer))
    if (note === undefined) throw new Error('our own checkpoint was refused')
    const line = await cosign(note, cosigner, AT, witness.signer)
    const cosigned = writeNote({ ...note, signatures: [...note.signatures, line] })
    const hashes = await tiled.inclusionProof(INDEX)
    const extra = Buffer.from(`leaf ${INDEX}`)
    const text = writeTlogProof({ extra, index: INDEX, hashes, checkpoint: cosigned })
    expect(text).toBe(other.proof)
  })

  it('is believed by us: log, witness and inclusion', () => {
    const proof = readTlogProof(other.proof)
    if (proof === undefined) throw new Error('the proof was refused')
    const opened = openCheckpoint(proof.checkpoint, ORIGIN, [logKey])
    if (opened.kind === 'refused') throw new Error(opened.reason)
    const { note, size, root } = opened.checkpoint
    expect(checkCosignature(note, cosigner)).toEqual({ kind: 'cosigned', seconds: AT })
    const leaf = hashLeaf(proof.extra ?? Buffer.alloc(0))
    const { index, hashes } = proof
    expect(provesInclusion({ leaf, index, size, root, proof: hashes })).toBe(true)
    expect(provesInclusion({ leaf, index: index + 1, size, root, proof: hashes })).toBe(false)
  })

  it('is the same consistency proof', async () => {
    const proof = await tiled.consistencyProof(4_321)
    expect(proof.map((hash) => hash.toString('base64'))).toEqual(other.consistency)
  })

  it('is a checkpoint signed with ECDSA that we believe, and not with another text', () => {
    const key = readVerifierKey(other.ecdsaKey)
    if (key === undefined) throw new Error('the key was refused')
    expect(key.type).toBe('ecdsa-note')
    expect(openCheckpoint(other.ecdsaCheckpoint, ORIGIN, [key])).toMatchObject({
      kind: 'read',
      checkpoint: { size: SIZE, root: tree.root },
    })
    const text = checkpointText(checkpoint)
    const forged = other.ecdsaCheckpoint.replace(text, text.replace('70000', '70001'))
    expect(openCheckpoint(forged, ORIGIN, [key]).kind).toBe('refused')
    expect(openCheckpoint(other.ecdsaCheckpoint, ORIGIN, [logKey]).kind).toBe('refused')
  })
})
