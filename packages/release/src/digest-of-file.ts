import { createHash } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import { type Digest, digest } from '@bulkhead/vocabulary'
import { openRegularFile } from '@bulkhead/world'

/** SHA-256 of a regular file's bytes, or undefined when it cannot be read. */
export async function digestOfFile(path: string): Promise<Digest | undefined> {
  const file = await openRegularFile(path)
  if (file === undefined) return undefined
  const hash = createHash('sha256')
  try {
    await pipeline(file.createReadStream(), hash)
  } catch {
    return undefined
  }
  return digest(`sha256:${hash.digest('hex')}`)
}
