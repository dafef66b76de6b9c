import { hash } from 'node:crypto'
import { type Digest, digestOfHash } from '@bulkhead/vocabulary'

/** SHA-256 of bytes (of text: its UTF-8), as `sha256:<hex>`. */
export const sha256 = (bytes: Uint8Array | string): Digest =>
  digestOfHash(hash('sha256', bytes, 'hex'))
