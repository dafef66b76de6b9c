import { randomUUID } from 'node:crypto'
import { InputError } from '@bulkhead/vocabulary'
import type { Bucket } from './s3-objects.ts'

/**
 * Before a ledger is begun: some servers take `If-None-Match: *` and write all the same (Ceph up to
 * version 16 does in a bucket with versions). On those, two writers would both win.
 * @throws InputError `usage/invalid-option` where a second write succeeds
 */
export async function proveConditionalWrites(bucket: Bucket, prefix: string): Promise<void> {
  const key = `${prefix}trial/${randomUUID()}`
  const first = await bucket.put(key, Buffer.from('1'), { kind: 'absent' })
  const second = await bucket.put(key, Buffer.from('2'), { kind: 'absent' })
  if (first && !second) return
  throw new InputError({
    code: 'usage/invalid-option',
    subject: 'ledger.store',
    message: 'this bucket does not keep to conditional writes: it wrote one object twice',
    remedy: 'use a server that does; Ceph up to version 16 does only in buckets without versioning',
  })
}
