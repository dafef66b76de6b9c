import { dirname, join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { storeFailed } from '../store-findings.ts'
import type { Git } from './git-command.ts'
import { type NewObject, type ObjectFormat, objectHeader, packOf } from './git-objects.ts'
import type { ObjectDisk } from './object-disk.ts'

/** More objects than this become a pack, as git itself does with a push (`transfer.unpackLimit`). */
const MOST_LOOSE = 100

/** Where objects go: the folder of them, the disk below it, and git. */
export interface ObjectPlace {
  readonly folder: string
  readonly disk: ObjectDisk
  readonly git: Git
  readonly format: ObjectFormat
}

/**
 * Stores objects so that they outlive a power cut, before anything points to them. Few are written here
 * as loose objects (docs/decisions/0021): to start git costs more than to write them, and the more, the
 * larger the process. Where that fails git tries, and what it says counts.
 * @throws WorldError `ledger/append-failed`
 */
export async function storeObjects(
  { folder, disk, git, format }: ObjectPlace,
  objects: readonly NewObject[],
): Promise<void> {
  const many = objects.length > MOST_LOOSE
  if (!many && (await writeLoose(folder, disk, objects))) return
  const args = many ? ['index-pack', '--stdin', '--strict'] : ['unpack-objects', '-q', '--strict']
  const { code, stderr } = await git(args, packOf(objects, format))
  if (code !== 0) throw storeFailed(`git ${args[0] ?? ''}`, stderr)
}

/** @returns whether all of them are there to stay */
async function writeLoose(
  folder: string,
  disk: ObjectDisk,
  objects: readonly NewObject[],
): Promise<boolean> {
  const byPath = new Map(objects.map((object) => [loosePath(folder, object), object]))
  const done = await Promise.allSettled(
    [...byPath].map(([path, object]) => disk.put(path, looseBytes(object))),
  )
  const folders = new Set([folder, ...[...byPath.keys()].map((path) => dirname(path))])
  const settled = await Promise.allSettled([...folders].map((one) => disk.settle(one)))
  return [...done, ...settled].every(({ status }) => status === 'fulfilled')
}

const loosePath = (folder: string, { id }: NewObject): string =>
  join(folder, id.slice(0, 2), id.slice(2))

/** As git reads it: header and bytes, deflated (gitformat-loose). Quickly, as git does by default. */
const looseBytes = ({ type, bytes }: NewObject): Buffer =>
  deflateSync(Buffer.concat([objectHeader(type, bytes.byteLength), bytes]), { level: 1 })
