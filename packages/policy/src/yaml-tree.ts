import { type Node, type Pair, isAlias, isMap, isNode, isPair, isScalar, isSeq } from 'yaml'
import type { SourceDefect } from './source-defect.ts'

/** A value with the offset where it starts, and its key's, if it has one. */
export interface PlacedTree {
  readonly value: unknown
  readonly offset: number
  readonly keyOffset: number | undefined
  readonly children: ReadonlyMap<string | number, PlacedTree>
}

/** The format itself needs 7. */
const DEEPEST = 16

interface Reading {
  readonly defects: SourceDefect[]
}

/** Plain data from composed YAML nodes, without the library's own conversion: that expands aliases. */
export function readTree(contents: Node | null): { tree: PlacedTree; defects: SourceDefect[] } {
  const reading: Reading = { defects: [] }
  return { tree: readNode(contents, undefined, 0, reading), defects: reading.defects }
}

function readNode(
  node: unknown,
  keyOffset: number | undefined,
  depth: number,
  reading: Reading,
): PlacedTree {
  if (!isNode(node)) return leaf(null, keyOffset ?? 0, keyOffset)
  const offset = node.range?.[0] ?? keyOffset ?? 0
  refuseIndirection(node, offset, reading)
  if (depth > DEEPEST) {
    reading.defects.push(deep(offset))
    return leaf(null, offset, keyOffset)
  }
  if (isMap(node)) return readMap(node.items, { offset, keyOffset, depth }, reading)
  if (isSeq(node)) return readList(node.items, { offset, keyOffset, depth }, reading)
  return leaf(isScalar(node) ? node.value : null, offset, keyOffset)
}

interface Place {
  readonly offset: number
  readonly keyOffset: number | undefined
  readonly depth: number
}

function readMap(items: readonly Pair[], place: Place, reading: Reading): PlacedTree {
  // No prototype: a key such as `constructor` must be a key like others, and absent ones undefined.
  const value: Record<string, unknown> = Object.create(null)
  const children = new Map<string, PlacedTree>()
  for (const { key, value: held } of items) {
    const keyOffset = isNode(key) ? (key.range?.[0] ?? place.offset) : place.offset
    if (isNode(key)) refuseIndirection(key, keyOffset, reading)
    // Anything but a text as a key is an error of the library's already (`stringKeys`).
    if (!isScalar(key) || typeof key.value !== 'string') continue
    if (key.value === '<<') reading.defects.push(mergeKey(keyOffset))
    if (children.has(key.value)) reading.defects.push(duplicate(key.value, keyOffset))
    const child = readNode(held, keyOffset, place.depth + 1, reading)
    children.set(key.value, child)
    value[key.value] = child.value
  }
  return { value, offset: place.offset, keyOffset: place.keyOffset, children }
}

function readList(items: readonly unknown[], place: Place, reading: Reading): PlacedTree {
  const trees = items.map((item) =>
    // A pair straight in a list (`[a: 1]`) is a mapping of one key.
    isPair(item)
      ? readMap(
          [item],
          { offset: place.offset, keyOffset: undefined, depth: place.depth + 1 },
          reading,
        )
      : readNode(item, undefined, place.depth + 1, reading),
  )
  return {
    value: trees.map((tree) => tree.value),
    offset: place.offset,
    keyOffset: place.keyOffset,
    children: new Map(trees.entries()),
  }
}

const leaf = (value: unknown, offset: number, keyOffset: number | undefined): PlacedTree => ({
  value,
  offset,
  keyOffset,
  children: new Map(),
})

function refuseIndirection(node: Node, offset: number, reading: Reading): void {
  const unsupported = (what: string, remedy: string) =>
    reading.defects.push({ code: 'policy/unsupported-yaml', offset, message: what, remedy })
  if (isAlias(node)) {
    unsupported(
      'an alias (`*name`) stands for text elsewhere',
      'Write the value out in this place.',
    )
  } else if (node.anchor !== undefined) {
    unsupported('an anchor (`&name`) is of no use without aliases', 'Remove the anchor.')
  }
  if (node.tag !== undefined) {
    unsupported(
      'a tag (`!name`) changes what the value is',
      'Remove the tag; put quotes around the value if it must be a text.',
    )
  }
}

const deep = (offset: number): SourceDefect => ({
  code: 'policy/unsupported-yaml',
  offset,
  message: `nested more than ${DEEPEST} deep, far beyond what the format has`,
  remedy: 'Write the policy with the keys that the format has.',
})

const mergeKey = (offset: number): SourceDefect => ({
  code: 'policy/unsupported-yaml',
  offset,
  message: 'a merge key (`<<`) pulls in keys from elsewhere',
  remedy: 'Write the keys out in this place.',
})

const duplicate = (key: string, offset: number): SourceDefect => ({
  code: 'policy/not-yaml',
  offset,
  message: `the key ${JSON.stringify(key.slice(0, 80))} stands twice in this mapping`,
  remedy: 'Keep one of the two.',
})
