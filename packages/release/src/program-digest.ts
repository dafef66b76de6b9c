import { createHash } from 'node:crypto'
import { readFile, readdir, realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Digest, digest } from '@bulkhead/vocabulary'

const sha256 = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex')

/**
 * Names the program that runs: SHA-256 over what `LC_ALL=C sha256sum *.mjs` prints in the folder of its
 * entry, so that anybody can compute it from a published bundle. Null for sources that nobody bundled.
 */
export async function programDigest(entry = process.argv[1]): Promise<Digest | null> {
  if (entry === undefined) return null
  const folder = dirname(await realpath(entry))
  const names = (await readdir(folder)).filter((name) => name.endsWith('.mjs')).sort()
  if (names.length === 0) return null
  const lines = names.map(
    async (name) => `${sha256(await readFile(join(folder, name)))}  ${name}\n`,
  )
  return digest(`sha256:${sha256((await Promise.all(lines)).join(''))}`)
}
