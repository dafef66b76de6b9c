import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GrowingTree } from '../../src/tlog/growing-tree.ts'
import { EMPTY_ROOT, hashLeaf, hashNode, splitOf } from '../../src/tlog/merkle-hash.ts'
import { provesConsistency, provesInclusion } from '../../src/tlog/proofs.ts'
import { TiledTree, TileMissing } from '../../src/tlog/tiled-tree.ts'
import { partialTiles, tilePath } from '../../src/tlog/tiles.ts'

const LARGEST = 300
const leaves = Array.from({ length: 70_000 }, (_, n) => hashLeaf(Buffer.from(`leaf ${n}`)))

/** The definition of RFC 6962 §2.1, word for word: what everything else is measured by. */
function rootOf(list: readonly Buffer[]): Buffer {
  const [only] = list
  if (only === undefined) return EMPTY_ROOT
  if (list.length === 1) return only
  const split = splitOf(list.length)
  return hashNode(rootOf(list.slice(0, split)), rootOf(list.slice(split)))
}

const roots = Array.from({ length: LARGEST + 1 }, (_, size) => rootOf(leaves.slice(0, size)))

/** Grows a log of tiles, as a store keeps it: full tiles, and the partial ones of the last size. */
function grow(size: number): { readonly tree: GrowingTree; readonly files: Map<string, Buffer> } {
  const tree = new GrowingTree()
  const files = new Map<string, Buffer>()
  for (const leaf of leaves.slice(0, size)) {
    for (const { name, bytes } of tree.append(leaf)) files.set(tilePath(name), bytes)
  }
  for (const { name, bytes } of tree.edge()) files.set(tilePath(name), bytes)
  return { tree, files }
}

const reader = (files: ReadonlyMap<string, Buffer>) => (path: string) =>
  Promise.resolve(files.get(path))

/** The same hashes with one bit of one byte changed. */
function spoil(hashes: readonly Buffer[], at: number): readonly Buffer[] {
  return hashes.map((hash, index) => {
    const copy = Buffer.from(hash)
    if (Math.floor(at / 32) === index) copy[at % 32] = (copy[at % 32] ?? 0) ^ (1 << (at % 8))
    return copy
  })
}

describe('a growing tree', () => {
  it('has at every size the root of the tree computed anew', () => {
    const tree = new GrowingTree()
    for (const [size, leaf] of leaves.slice(0, LARGEST).entries()) {
      expect(tree.root.equals(roots[size] ?? leaf)).toBe(true)
      tree.append(leaf)
    }
    expect(tree.root.equals(roots[LARGEST] ?? EMPTY_ROOT)).toBe(true)
  })

  it('writes exactly the tiles that its size asks for, at every level', () => {
    const { tree, files } = grow(70_000)
    expect(tree.root).toEqual(rootOf(leaves))
    expect(tree.edge().map(({ name }) => name)).toEqual(partialTiles(70_000))
    expect(files.size).toBe(273 + 1 + 3)
    expect(files.get('tile/1/000')?.byteLength).toBe(8_192)
  })

  it('goes on from its stored edge as if it had never stopped', async () => {
    for (const [old, size] of [
      [1, 300],
      [255, 257],
      [256, 300],
      [299, 300],
      [65_535, 65_537],
    ] as const) {
      const { tree, files } = grow(size)
      const resumed = await new TiledTree(size, reader(files)).grownTo(old)
      for (const leaf of leaves.slice(old, size)) resumed.append(leaf)
      expect(resumed.root).toEqual(tree.root)
      expect(resumed.edge()).toEqual(tree.edge())
    }
  })
})

describe('proofs', () => {
  it('of every leaf in every tree of up to 300 verify, from tiles', async () => {
    for (let size = 1; size <= LARGEST; size += 1) {
      const tiled = new TiledTree(size, reader(grow(size).files))
      const root = roots[size] ?? EMPTY_ROOT
      for (let index = 0; index < size; index += 1) {
        const leaf = leaves[index] ?? EMPTY_ROOT
        const proof = await tiled.inclusionProof(index)
        if (!provesInclusion({ leaf, index, size, root, proof }))
          throw new Error(`${index}/${size}`)
      }
    }
  }, 60_000)

  it('of every older tree in every tree of up to 300 verify, from tiles', async () => {
    for (let size = 0; size <= LARGEST; size += 1) {
      const tiled = new TiledTree(size, reader(grow(size).files))
      const newer = { size, root: roots[size] ?? EMPTY_ROOT }
      for (let old = 0; old <= size; old += 1) {
        const proof = await tiled.consistencyProof(old)
        const older = { size: old, root: roots[old] ?? EMPTY_ROOT }
        if (!provesConsistency(older, newer, proof)) throw new Error(`${old} in ${size}`)
      }
    }
  }, 60_000)

  it('prove nothing once any byte, the index, the size or a hash is changed', async () => {
    const pair = fc
      .integer({ min: 2, max: LARGEST })
      .chain((size) => fc.tuple(fc.integer({ min: 0, max: size - 1 }), fc.constant(size)))
    await fc.assert(
      fc.asyncProperty(pair, fc.nat(), async ([index, size], place) => {
        const proof = await new TiledTree(size, reader(grow(size).files)).inclusionProof(index)
        const [leaf, root] = [leaves[index] ?? EMPTY_ROOT, roots[size] ?? EMPTY_ROOT]
        const claim = { leaf, index, size, root, proof }
        expect(provesInclusion(claim)).toBe(true)
        const wrong = [
          { ...claim, proof: spoil(proof, place % (proof.length * 32)) },
          { ...claim, proof: proof.slice(1) },
          { ...claim, proof: [...proof, root] },
          { ...claim, leaf: spoil([leaf], place % 32)[0] ?? root },
          { ...claim, root: spoil([root], place % 32)[0] ?? leaf },
          { ...claim, index: index === 0 ? 1 : index - 1 },
          { ...claim, index: size },
        ]
        for (const claimed of wrong) expect(provesInclusion(claimed)).toBe(false)
      }),
    )
  })

  it('of consistency prove nothing once any byte, root or size is changed', async () => {
    const pair = fc
      .integer({ min: 2, max: LARGEST })
      .chain((size) => fc.tuple(fc.integer({ min: 1, max: size - 1 }), fc.constant(size)))
    await fc.assert(
      fc.asyncProperty(pair, fc.nat(), async ([old, size], place) => {
        const proof = await new TiledTree(size, reader(grow(size).files)).consistencyProof(old)
        const older = { size: old, root: roots[old] ?? EMPTY_ROOT }
        const newer = { size, root: roots[size] ?? EMPTY_ROOT }
        expect(provesConsistency(older, newer, proof)).toBe(true)
        const bad = { size: old, root: spoil([older.root], place % 32)[0] ?? EMPTY_ROOT }
        expect(provesConsistency(bad, newer, proof)).toBe(false)
        expect(provesConsistency(older, { ...newer, root: bad.root }, proof)).toBe(false)
        expect(provesConsistency(older, newer, spoil(proof, place % (proof.length * 32)))).toBe(
          false,
        )
        expect(provesConsistency(older, newer, proof.slice(1))).toBe(false)
        expect(provesConsistency(older, newer, [...proof, newer.root])).toBe(false)
        expect(provesConsistency(newer, older, proof)).toBe(false)
        expect(provesConsistency({ ...older, size }, newer, [])).toBe(false)
      }),
    )
  })

  it('need every tile whole', async () => {
    const { files } = grow(300)
    files.delete('tile/0/000')
    await expect(new TiledTree(300, reader(files)).inclusionProof(3)).rejects.toThrow(TileMissing)
    files.set('tile/0/000', Buffer.alloc(8_191))
    await expect(new TiledTree(300, reader(files)).inclusionProof(3)).rejects.toThrow(TileMissing)
    files.set('tile/0/000', grow(300).files.get('tile/0/000') ?? Buffer.alloc(0))
    expect(await new TiledTree(300, reader(files)).inclusionProof(3)).toHaveLength(9)
  })
})
