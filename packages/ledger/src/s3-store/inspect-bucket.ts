import type { Finding } from '@bulkhead/vocabulary'
import { MAX_REMARKS, foreignPath } from '../store-findings.ts'
import { isTilePath } from '../stored-tile.ts'
import type { Bucket } from './s3-objects.ts'
import { keyOf, placeOf } from './s3-keys.ts'

/**
 * What the bucket itself shows: an object of the log that was written twice or deleted (its versions
 * tell, where the bucket keeps them), appends that were replaced, and what is no part of a ledger.
 */
export async function inspectBucket(
  bucket: Bucket,
  prefix: string,
  size: number,
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  let last: string | undefined
  for await (const { versions, markers } of bucket.versions(prefix)) {
    const names = [...versions, ...markers].map(({ Key = '' }) => Key.slice(prefix.length))
    for (const key of new Set(names)) {
      const times = names.filter((name) => name === key).length + (key === last ? 1 : 0)
      findings.push(...judgeKey(key, times, size))
    }
    for (const { Key = '' } of markers) findings.push(deleted(Key.slice(prefix.length)))
    last = names.at(-1)
    if (findings.length >= MAX_REMARKS) break
  }
  return findings.slice(0, MAX_REMARKS)
}

function judgeKey(key: string, times: number, size: number): readonly Finding[] {
  const place = placeOf(key)
  if (place === undefined) return isOurs(key) ? [] : [foreignPath(key)]
  const twice = times > 1 ? [tampered(key, `it has ${times} versions: it was written again`)] : []
  if (place.first >= size) return [...twice, foreignPath(key)]
  // A further attempt is ours. What it took the place of is not.
  if (place.attempt === 0) return twice
  return [...twice, foreignPath(keyOf({ ...place, attempt: place.attempt - 1 }))]
}

const isOurs = (key: string): boolean =>
  key === 'head' || key.startsWith('trial/') || isTilePath(key)

const deleted = (key: string): Finding => tampered(key, 'it was deleted')

const tampered = (subject: string, message: string): Finding => ({
  code: 'ledger/rewritten',
  subject,
  message,
  remedy: 'find out who wrote it; the version from before is still in the bucket',
})
