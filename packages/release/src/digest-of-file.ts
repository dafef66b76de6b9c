import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { type Digest, digest } from '@bulkhead/vocabulary'

/** SHA-256 of a file's bytes, or undefined when it cannot be read. */
export async function digestOfFile(path: string): Promise<Digest | undefined> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(path), hash)
  } catch {
    return undefined
  }
  return digest(`sha256:${hash.digest('hex')}`)
}
