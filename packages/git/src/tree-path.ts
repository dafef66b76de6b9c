import { InputError } from '@bulkhead/vocabulary'
import type { ReadObject } from './remembered-objects.ts'

/** What a tree says about one name. `mode` is octal text as stored: `100644`, `40000`, `120000`. */
interface TreeEntry {
  readonly mode: string
  readonly id: string
}

const REGULAR_FILE = /^100(?:644|755|664)$/
const SPACE = 0x20

/**
 * Finds `name` in a raw tree: entries are `<mode> SP <name> NUL <binary id>` without separators
 * (gitformat, "tree objects").
 * @throws InputError `git/malformed-object` for a truncated tree or a name that occurs twice
 */
export function findEntry(tree: Buffer, name: string, treeId: string): TreeEntry | undefined {
  const idBytes = treeId.length / 2
  const wanted = Buffer.from(name)
  let found: TreeEntry | undefined
  for (let at = 0; at < tree.length;) {
    const space = tree.indexOf(SPACE, at)
    const end = space < 0 ? -1 : tree.indexOf(0, space + 1)
    if (end < 0 || end + 1 + idBytes > tree.length) throw malformedTree(treeId, 'is truncated')
    if (tree.subarray(space + 1, end).equals(wanted)) {
      if (found !== undefined) throw malformedTree(treeId, 'has two entries of one name')
      const id = tree.toString('hex', end + 1, end + 1 + idBytes)
      found = { mode: tree.toString('latin1', at, space), id }
    }
    at = end + 1 + idBytes
  }
  return found
}

/** The blob id of the regular file at `path`, walking tree by tree; undefined when there is none. */
export async function findFile(
  read: ReadObject,
  tree: string,
  path: string,
): Promise<string | undefined> {
  const names = path.split('/')
  let current = tree
  for (const [depth, name] of names.entries()) {
    const entry = findEntry((await read(current)).bytes, name, current)
    if (entry === undefined) return undefined
    const last = depth === names.length - 1
    if (last) return REGULAR_FILE.test(entry.mode) ? entry.id : undefined
    if (entry.mode !== '40000') return undefined
    current = entry.id
  }
  return undefined
}

const malformedTree = (id: string, what: string): InputError =>
  new InputError({
    code: 'git/malformed-object',
    subject: id,
    message: `the tree ${what}`,
    remedy: 'write the commit again with plain git; `git fsck` names what is broken',
  })
