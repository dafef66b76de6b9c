import { hash } from 'node:crypto'

export const HASH_BYTES = 32

/** A digest as bytes: by way of text, which costs a third of an object for each hash and each result. */
const sha256 = (bytes: Uint8Array): Buffer => Buffer.from(hash('sha256', bytes, 'binary'), 'binary')

/** Root of the tree without leaves: the hash of nothing (RFC 6962 §2.1). */
export const EMPTY_ROOT: Buffer = sha256(Buffer.alloc(0))

/** RFC 6962 §2.1. The leading byte keeps a leaf from passing for an inner node. */
export function hashLeaf(bytes: Uint8Array): Buffer {
  const room = bytes.byteLength < LEAF.byteLength ? LEAF : Buffer.alloc(bytes.byteLength + 1)
  room.set(bytes, 1)
  return sha256(room.subarray(0, bytes.byteLength + 1))
}

/** @throws TypeError for what is no hash: the bytes of the one before it would be hashed instead */
export function hashNode(left: Buffer, right: Buffer): Buffer {
  if (left.byteLength !== HASH_BYTES || right.byteLength !== HASH_BYTES)
    throw new TypeError('a node is made of two hashes')
  NODE.set(left, 1)
  NODE.set(right, 1 + HASH_BYTES)
  return sha256(NODE)
}

/** Room for what is hashed, used anew each time: 0 before a leaf, the largest entry fits. */
const LEAF = Buffer.alloc(1 + 0xffff)
/** 1 before two hashes. */
const NODE = Buffer.alloc(1 + 2 * HASH_BYTES, 1)

/** The largest power of two below `size`: where RFC 6962 splits a tree of two leaves or more. */
export function splitOf(size: number): number {
  let split = 1
  while (split * 2 < size) split *= 2
  return split
}
