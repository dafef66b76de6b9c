import { createHash } from 'node:crypto'
import { type Digest, digest } from '@bulkhead/vocabulary'

/**
 * SHA-256 over files by path and bytes. Every part is preceded by its length (8 bytes, big-endian), so
 * that no two lists of files give the same input; paths are sorted by their UTF-8 bytes.
 */
export function digestOfFiles(files: ReadonlyMap<string, Uint8Array>): Digest {
  const hash = createHash('sha256').update('bulkhead policy digest v1\n')
  const listed = [...files].map(([path, bytes]) => ({ path: Buffer.from(path), bytes }))
  for (const { path, bytes } of listed.sort((a, b) => Buffer.compare(a.path, b.path))) {
    hash.update(length(path)).update(path).update(length(bytes)).update(bytes)
  }
  return digest(`sha256:${hash.digest('hex')}`)
}

function length(bytes: Uint8Array): Buffer {
  const prefix = Buffer.alloc(8)
  prefix.writeBigUInt64BE(BigInt(bytes.byteLength))
  return prefix
}
