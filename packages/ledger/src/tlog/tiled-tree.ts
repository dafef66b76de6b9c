import { HASH_BYTES, hashNode, splitOf } from './merkle-hash.ts'
import { type LeafRange, consistencyRanges, inclusionRanges } from './proofs.ts'
import { GrowingTree } from './growing-tree.ts'
import { TILE_WIDTH, partialTiles, tileIn, tilePath } from './tiles.ts'

/** Reads a stored file of a log by its path, undefined when it is not there. */
export type ReadFile = (path: string) => Promise<Buffer | undefined>

/** A stored tile is missing or has the wrong length: nothing can be proven with it. */
export class TileMissing extends Error {
  readonly path: string
  constructor(path: string) {
    super(`the tile ${path} is missing or cut`)
    this.path = path
  }
}

/**
 * A tree of which only tiles are at hand. Tiles are not trusted: what is computed from them means
 * something only after it led to a root that is.
 */
export class TiledTree {
  readonly #size: number
  readonly #available: number
  readonly #readFile: ReadFile
  readonly #tiles = new Map<string, Promise<Buffer>>()
  readonly #nodes = new Map<string, Promise<Buffer>>()

  /** @param available size of the tree whose tiles the store holds; at least `size`, its default */
  constructor(size: number, readFile: ReadFile, available = size) {
    this.#size = size
    this.#available = Math.max(size, available)
    this.#readFile = readFile
  }

  /** @throws TileMissing */
  inclusionProof(index: number): Promise<readonly Buffer[]> {
    return this.#hashes(inclusionRanges(index, this.#size))
  }

  /** @throws TileMissing */
  consistencyProof(old: number): Promise<readonly Buffer[]> {
    return this.#hashes(consistencyRanges(old, this.#size))
  }

  /** The hash of a leaf, as the tiles have it. @throws TileMissing */
  leaf(index: number): Promise<Buffer> {
    return this.#hash({ start: index, end: index + 1 })
  }

  /** The tree as it was at an older size, ready to grow. @throws TileMissing */
  async grownTo(old: number): Promise<GrowingTree> {
    const edge: (readonly Buffer[])[] = []
    for (const { level, n, width } of partialTiles(old)) {
      const tile = await this.#tile(level, n)
      while (edge.length < level) edge.push([])
      edge.push(Array.from({ length: width }, (_, at) => hashIn(tile, at)))
    }
    return GrowingTree.resume(old, edge)
  }

  /** All at a time: each tile is read once, and none waits for another. */
  #hashes(ranges: readonly LeafRange[]): Promise<readonly Buffer[]> {
    return Promise.all(ranges.map((range) => this.#hash(range)))
  }

  #hash(range: LeafRange): Promise<Buffer> {
    const name = `${range.start} ${range.end}`
    const known = this.#nodes.get(name) ?? this.#compute(range)
    this.#nodes.set(name, known)
    return known
  }

  /** A node: one stored hash where there is one, otherwise hashed from its two halves. */
  async #compute({ start, end }: LeafRange): Promise<Buffer> {
    const count = end - start
    const level = Math.log2(count) / Math.log2(TILE_WIDTH)
    if (Number.isInteger(level) && start % count === 0) {
      const at = start / count
      return hashIn(await this.#tile(level, Math.floor(at / TILE_WIDTH)), at % TILE_WIDTH)
    }
    const middle = start + splitOf(count)
    const left = await this.#hash({ start, end: middle })
    return hashNode(left, await this.#hash({ start: middle, end }))
  }

  #tile(level: number, n: number): Promise<Buffer> {
    const name = tileIn(this.#available, level, n)
    if (name === undefined) throw new TypeError(`a tree of ${this.#available} has no such tile`)
    const path = tilePath(name)
    const known = this.#tiles.get(path) ?? this.#load(path, name.width)
    this.#tiles.set(path, known)
    return known
  }

  async #load(path: string, width: number): Promise<Buffer> {
    const bytes = await this.#readFile(path)
    if (bytes?.byteLength !== width * HASH_BYTES) throw new TileMissing(path)
    return bytes
  }
}

const hashIn = (tile: Buffer, at: number): Buffer =>
  tile.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES)
