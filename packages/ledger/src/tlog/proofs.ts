import { hashNode, splitOf } from './merkle-hash.ts'

/** The leaves from `start` up to, not including, `end`: a node of the tree. */
export interface LeafRange {
  readonly start: number
  readonly end: number
}

/** More hashes than this no tree of fewer than 2^63 leaves can need (C2SP tlog-witness). */
export const MAX_PROOF_HASHES = 63

/**
 * The nodes whose hashes prove that leaf `index` is in a tree, from the leaf up (RFC 6962 §2.1.1).
 * @throws TypeError when the tree has no such leaf
 */
export function inclusionRanges(index: number, size: number): readonly LeafRange[] {
  requireWhole(index, size)
  if (index >= size) throw new TypeError(`no leaf ${index} in a tree of ${size}`)
  const ranges: LeafRange[] = []
  let [start, end] = [0, size]
  while (end - start > 1) {
    const middle = start + splitOf(end - start)
    if (index < middle) ranges.push({ start: middle, end })
    else ranges.push({ start, end: middle })
    if (index < middle) end = middle
    else start = middle
  }
  return ranges.toReversed()
}

/**
 * The nodes whose hashes prove that a tree of `size` leaves begins with one of `old` (RFC 6962
 * §2.1.2). Nothing needs proof when `old` is 0 or `size`.
 * @throws TypeError when the older tree is the larger
 */
export function consistencyRanges(old: number, size: number): readonly LeafRange[] {
  requireWhole(old, size)
  if (old > size) throw new TypeError(`a tree of ${size} does not contain one of ${old}`)
  if (old === 0) return []
  const ranges: LeafRange[] = []
  let [start, end] = [0, size]
  while (end !== old) {
    const middle = start + splitOf(end - start)
    if (old <= middle) ranges.push({ start: middle, end })
    else ranges.push({ start, end: middle })
    if (old <= middle) end = middle
    else start = middle
  }
  if (start > 0) ranges.push({ start, end })
  return ranges.toReversed()
}

function requireWhole(...numbers: readonly number[]): void {
  if (numbers.every((number) => Number.isSafeInteger(number) && number >= 0)) return
  throw new TypeError(`not sizes of trees: ${numbers.join(', ')}`)
}

export interface InclusionClaim {
  readonly leaf: Buffer
  readonly index: number
  readonly size: number
  readonly root: Buffer
  readonly proof: readonly Buffer[]
}

/** Whether the proof leads from the leaf to the root: every hash used, none missing. */
export function provesInclusion({ leaf, index, size, root, proof }: InclusionClaim): boolean {
  if (!Number.isSafeInteger(size) || !(index >= 0 && index < size)) return false
  const ranges = inclusionRanges(index, size)
  if (ranges.length !== proof.length) return false
  const reached = ranges.reduce((hash, { start }, at) => {
    const sibling = proof[at] ?? hash
    return start > index ? hashNode(hash, sibling) : hashNode(sibling, hash)
  }, leaf)
  return reached.equals(root)
}

export interface TreeHead {
  readonly size: number
  readonly root: Buffer
}

/** Whether the newer tree begins with all of the older: every hash used, none missing. */
export function provesConsistency(
  old: TreeHead,
  newer: TreeHead,
  proof: readonly Buffer[],
): boolean {
  if (old.size > newer.size) return false
  const ranges = consistencyRanges(old.size, newer.size)
  if (ranges.length !== proof.length) return false
  if (old.size === 0) return true
  if (old.size === newer.size) return old.root.equals(newer.root)
  // Where the old tree is itself a node of the new one, its root need not be repeated in the proof.
  const begins = ranges[0]?.start !== undefined && ranges[0].start >= old.size
  const seed = begins ? old.root : proof[0]
  if (seed === undefined) return false
  let [before, after] = [seed, seed]
  for (const [at, { start }] of ranges.entries()) {
    const sibling = proof[at]
    if (sibling === undefined || (at === 0 && !begins)) continue
    if (start < old.size) before = hashNode(sibling, before)
    after = start < old.size ? hashNode(sibling, after) : hashNode(after, sibling)
  }
  return before.equals(old.root) && after.equals(newer.root)
}
