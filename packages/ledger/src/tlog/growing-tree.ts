import { EMPTY_ROOT, HASH_BYTES, hashNode, splitOf } from './merkle-hash.ts'
import { TILE_WIDTH, type TileName, hashesAt } from './tiles.ts'

export interface Tile {
  readonly name: TileName
  readonly bytes: Buffer
}

/** The hashes of a tile that is being filled. */
interface Filling {
  readonly bytes: Buffer
  width: number
}

const TILE_BYTES = TILE_WIDTH * HASH_BYTES

/**
 * A Merkle tree that only grows. It keeps the right edge, which is the hashes of the tiles that are not
 * full: logarithmic in the size. Nodes inside a tile are hashed once, when it is full, and for a root.
 */
export class GrowingTree {
  #size = 0
  #edge: Filling[] = []

  /** Goes on from the partial tiles of a tree, lowest level first; an absent level is empty. */
  static resume(size: number, edge: readonly (readonly Buffer[])[]): GrowingTree {
    const tree = new GrowingTree()
    tree.#size = size
    tree.#edge = edge.map((hashes) => fillingOf(Buffer.concat(hashes), hashes.length))
    return tree
  }

  get size(): number {
    return this.#size
  }

  /** RFC 6962 §2.1: what hangs at the right edge of each level, joined from the lowest up. */
  get root(): Buffer {
    let right: Buffer | undefined
    for (const filling of this.#edge) {
      for (const peak of peaksOf(filling).toReversed()) {
        right = right === undefined ? peak : hashNode(peak, right)
      }
    }
    return right ?? EMPTY_ROOT
  }

  /** Adds a leaf by its hash. @returns the tiles that it made full, lowest level first */
  append(leaf: Buffer): readonly Tile[] {
    this.#size += 1
    return this.#fill(0, leaf)
  }

  #fill(level: number, hash: Buffer): readonly Tile[] {
    const filling = (this.#edge[level] ??= fillingOf(Buffer.alloc(0), 0))
    filling.bytes.set(hash, filling.width * HASH_BYTES)
    filling.width += 1
    if (filling.width < TILE_WIDTH) return NONE
    this.#edge[level] = fillingOf(Buffer.alloc(0), 0)
    const n = hashesAt(level, this.#size) / TILE_WIDTH - 1
    const full = { name: { level, n, width: TILE_WIDTH }, bytes: filling.bytes }
    return [full, ...this.#fill(level + 1, nodeOf(filling.bytes, 0, TILE_WIDTH))]
  }

  /** The tiles that are not full, lowest level first. */
  edge(): readonly Tile[] {
    return this.#edge.flatMap(({ bytes, width }, level) => {
      const n = Math.floor(hashesAt(level, this.#size) / TILE_WIDTH)
      const name = { level, n, width }
      return width === 0
        ? []
        : [{ name, bytes: Buffer.from(bytes.subarray(0, width * HASH_BYTES)) }]
    })
  }

  fork(): GrowingTree {
    const copy = new GrowingTree()
    copy.#size = this.#size
    copy.#edge = this.#edge.map(({ bytes, width }) => fillingOf(bytes, width))
    return copy
  }
}

const NONE: readonly Tile[] = []

/** Room for a whole tile, with the hashes that there are. */
function fillingOf(hashes: Buffer, width: number): Filling {
  const bytes = Buffer.alloc(TILE_BYTES)
  hashes.copy(bytes)
  return { bytes, width }
}

/** Roots of the perfect trees over the hashes of a tile, largest first. */
function peaksOf({ bytes, width }: Filling): Buffer[] {
  const peaks: Buffer[] = []
  for (let from = 0; from < width;) {
    const perfect = 2 ** Math.floor(Math.log2(width - from))
    peaks.push(nodeOf(bytes, from, from + perfect))
    from += perfect
  }
  return peaks
}

/** The node over some hashes of a tile. */
function nodeOf(bytes: Buffer, from: number, to: number): Buffer {
  if (to - from === 1) {
    return Buffer.from(bytes.subarray(from * HASH_BYTES, to * HASH_BYTES))
  }
  const middle = from + splitOf(to - from)
  return hashNode(nodeOf(bytes, from, middle), nodeOf(bytes, middle, to))
}
