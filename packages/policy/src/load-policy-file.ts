import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type BlobId, type CommitId, InputError, blobId, commitId } from '@bulkhead/vocabulary'
import { MOST_FILE_BYTES, MOST_INVENTORY_BYTES, assemblePolicy } from './assemble-policy.ts'
import type { LoadedPolicy } from './policy.ts'

/** What git writes where there is no commit. */
const NO_COMMIT = commitId('0'.repeat(40))

/**
 * Reads a policy that the caller names by file (`--policy FILE`), outside of the judged repository,
 * and trusts because of that. Paths of signers, inventories and keys are relative to its folder; paths
 * of reports and artifacts still to the judged repository. Its digest is that of the same files at a
 * trusted ref: a verdict is bound to what the policy says, not to where it lay.
 *
 * @param trustedRef The commit from which the caller judges; its length says how the blob id is hashed.
 *   Without it, git's null id: no range starts there, so no verdict can come of such a policy.
 * @throws InputError as {@link loadPolicy} does, and `usage/unreadable-file`.
 */
export async function loadPolicyFile(
  file: string,
  trustedRef: CommitId = NO_COMMIT,
): Promise<LoadedPolicy> {
  const folder = dirname(file)
  const source = await readRegularFile(file, file)
  if (source === undefined) throw unreadable(file, 'there is no regular file at that path')
  return await assemblePolicy({
    source,
    blob: blobOf(source, trustedRef),
    trustedRef,
    shownAs: file,
    whereFilesAre: `folder ${folder}`,
    // Which of them is an inventory, and so may be large, is judged with the rest.
    read: (path) => readRegularFile(join(folder, path), path, MOST_INVENTORY_BYTES),
  })
}

/** The bytes, or undefined when nothing or no regular file is there: a pipe would never end. */
async function readRegularFile(
  path: string,
  shownAs: string,
  most = MOST_FILE_BYTES,
): Promise<Buffer | undefined> {
  try {
    const { size } = await stat(path).then((found) =>
      found.isFile() ? found : { size: undefined },
    )
    if (size === undefined) return undefined
    if (size > most) throw tooLarge(shownAs, size, most)
    return await readFile(path)
  } catch (error) {
    if (error instanceof InputError) throw error
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw unreadable(shownAs, code)
  }
}

const unreadable = (path: string, why: string): InputError =>
  new InputError({
    code: 'usage/unreadable-file',
    subject: path,
    message: `the file cannot be read: ${why}`,
    remedy: 'Check the path and its permissions; `bulkhead init` writes a first policy.',
  })

const tooLarge = (path: string, size: number, most: number): InputError =>
  new InputError({
    code: 'policy/too-large',
    subject: path,
    message: `the file has ${size} bytes; at most ${most} are read`,
    remedy: 'Make the file smaller.',
  })

/** The id that git gives these bytes, in the object format of the repository that is judged. */
function blobOf(bytes: Buffer, trustedRef: CommitId): BlobId {
  const hash = createHash(trustedRef.length === 64 ? 'sha256' : 'sha1')
  return blobId(hash.update(`blob ${bytes.length}\0`).update(bytes).digest('hex'))
}
