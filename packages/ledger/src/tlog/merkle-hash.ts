import { createHash } from 'node:crypto'

export const HASH_BYTES = 32

const LEAF = Buffer.from([0])
const NODE = Buffer.from([1])

/** Root of the tree without leaves: the hash of nothing (RFC 6962 §2.1). */
export const EMPTY_ROOT: Buffer = createHash('sha256').digest()

/** RFC 6962 §2.1. The leading byte keeps a leaf from passing for an inner node. */
export const hashLeaf = (bytes: Uint8Array): Buffer =>
  createHash('sha256').update(LEAF).update(bytes).digest()

export const hashNode = (left: Buffer, right: Buffer): Buffer =>
  createHash('sha256').update(NODE).update(left).update(right).digest()

/** The largest power of two below `size`: where RFC 6962 splits a tree of two leaves or more. */
export function splitOf(size: number): number {
  let split = 1
  while (split * 2 < size) split *= 2
  return split
}
