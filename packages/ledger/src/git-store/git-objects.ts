import { createHash } from 'node:crypto'
import { deflateSync } from 'node:zlib'

export type ObjectFormat = 'sha1' | 'sha256'

/** An object before it is stored, with the id that git will give it. */
export interface NewObject {
  readonly type: 'blob' | 'tree' | 'commit'
  readonly id: string
  readonly bytes: Buffer
}

/** One name in a tree. `mode` is octal text as stored: `40000` for a folder, `100644` for a file. */
export interface TreeItem {
  readonly mode: string
  readonly name: string
  readonly id: string
}

export const FOLDER_MODE = '40000'
export const FILE_MODE = '100644'

/** Names an object as git does: the hash of `<type> SP <size> NUL <bytes>` (gitformat-loose). */
export function newObject(type: NewObject['type'], bytes: Buffer, format: ObjectFormat): NewObject {
  const hash = createHash(format).update(objectHeader(type, bytes.byteLength)).update(bytes)
  return { type, id: hash.digest('hex'), bytes }
}

/** What git puts before the bytes of an object, to name it and to store it. */
export const objectHeader = (type: NewObject['type'], size: number): Buffer =>
  Buffer.from(`${type} ${size}\0`)

/** Writes a tree: `<mode> SP <name> NUL <binary id>`, sorted as if folders ended in a slash. */
export function treeBytes(items: readonly TreeItem[]): Buffer {
  const key = ({ mode, name }: TreeItem) => Buffer.from(mode === FOLDER_MODE ? `${name}/` : name)
  const sorted = [...items].sort((one, other) => Buffer.compare(key(one), key(other)))
  return Buffer.concat(
    sorted.flatMap(({ mode, name, id }) => [
      Buffer.from(`${mode} ${name}\0`),
      Buffer.from(id, 'hex'),
    ]),
  )
}

/** Reads a tree. @throws TypeError when it is cut; git itself refuses to write such a tree */
export function parseTree(bytes: Buffer, format: ObjectFormat): readonly TreeItem[] {
  const idBytes = format === 'sha1' ? 20 : 32
  const items: TreeItem[] = []
  for (let at = 0; at < bytes.byteLength;) {
    const space = bytes.indexOf(0x20, at)
    const end = bytes.indexOf(0, space)
    const next = end + 1 + idBytes
    if (space < 0 || end < 0 || next > bytes.byteLength) throw new TypeError('a tree that is cut')
    items.push({
      mode: bytes.toString('latin1', at, space),
      name: bytes.toString('utf8', space + 1, end),
      id: bytes.toString('hex', end + 1, next),
    })
    at = next
  }
  return items
}

const PACK_TYPES = { commit: 1, tree: 2, blob: 3 } as const

/** A pack of whole objects (gitformat-pack, version 2): git stores them all, or none. */
export function packOf(objects: readonly NewObject[], format: ObjectFormat): Buffer {
  const header = Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1')
  header.writeUInt32BE(objects.length, 8)
  const body = objects.flatMap(({ type, bytes }) => [
    packedSize(PACK_TYPES[type], bytes.byteLength),
    deflateSync(bytes),
  ])
  const whole = Buffer.concat([header, ...body])
  return Buffer.concat([whole, createHash(format).update(whole).digest()])
}

/** Type and size in groups of 4, then 7 bits, lowest first; the top bit says that more follow. */
function packedSize(type: number, size: number): Buffer {
  const bytes = [(type << 4) | (size & 0x0f)]
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 0x80
    bytes.push(rest & 0x7f)
  }
  return Buffer.from(bytes)
}
