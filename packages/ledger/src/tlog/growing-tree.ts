import { EMPTY_ROOT, hashNode } from './merkle-hash.ts'
import { TILE_WIDTH, type TileName, hashesAt } from './tiles.ts'

export interface Tile {
  readonly name: TileName
  readonly bytes: Buffer
}

/**
 * A Merkle tree that only grows. It keeps the right edge: the peaks (one perfect subtree for each bit
 * of the size) and the hashes of the tiles that are not full. Both are logarithmic in the size.
 */
export class GrowingTree {
  #size = 0
  #peaks: Buffer[] = []
  #edge: Buffer[][] = []

  /** Goes on from the partial tiles of a tree, lowest level first; an absent level is empty. */
  static resume(size: number, edge: readonly (readonly Buffer[])[]): GrowingTree {
    const tree = new GrowingTree()
    tree.#size = size
    tree.#edge = edge.map((hashes) => [...hashes])
    tree.#peaks = edge.toReversed().flatMap(peaksOf)
    return tree
  }

  get size(): number {
    return this.#size
  }

  /** RFC 6962 §2.1, in as many hashes as the size has bits. */
  get root(): Buffer {
    const [last, ...rest] = this.#peaks.toReversed()
    return last === undefined
      ? EMPTY_ROOT
      : rest.reduce((right, left) => hashNode(left, right), last)
  }

  /** Adds a leaf by its hash. @returns the tiles that it made full, lowest level first */
  append(leaf: Buffer): readonly Tile[] {
    let peak = leaf
    for (let rest = this.#size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      peak = hashNode(this.#peaks.pop() ?? peak, peak)
    }
    this.#peaks.push(peak)
    this.#size += 1
    return this.#fill(0, leaf)
  }

  #fill(level: number, hash: Buffer): readonly Tile[] {
    const hashes = (this.#edge[level] ??= [])
    hashes.push(hash)
    if (hashes.length < TILE_WIDTH) return []
    this.#edge[level] = []
    const n = hashesAt(level, this.#size) / TILE_WIDTH - 1
    const full = { name: { level, n, width: TILE_WIDTH }, bytes: Buffer.concat(hashes) }
    return [full, ...this.#fill(level + 1, peaksOf(hashes)[0] ?? hash)]
  }

  /** The tiles that are not full, lowest level first. */
  edge(): readonly Tile[] {
    return this.#edge.flatMap((hashes, level) => {
      const n = Math.floor(hashesAt(level, this.#size) / TILE_WIDTH)
      const name = { level, n, width: hashes.length }
      return hashes.length === 0 ? [] : [{ name, bytes: Buffer.concat(hashes) }]
    })
  }

  fork(): GrowingTree {
    const copy = new GrowingTree()
    copy.#size = this.#size
    copy.#peaks = [...this.#peaks]
    copy.#edge = this.#edge.map((hashes) => [...hashes])
    return copy
  }
}

/** Roots of the perfect trees over these hashes, largest first. */
function peaksOf(hashes: readonly Buffer[]): Buffer[] {
  const peaks: Buffer[] = []
  for (const [at, hash] of hashes.entries()) {
    let peak = hash
    for (let rest = at; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      peak = hashNode(peaks.pop() ?? peak, peak)
    }
    peaks.push(peak)
  }
  return peaks
}
