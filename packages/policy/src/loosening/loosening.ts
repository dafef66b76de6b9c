import { createHash } from 'node:crypto'
import { type Digest, digest } from '@bulkhead/vocabulary'

/** One key of a policy by which the next release would be judged less strictly than this one. */
export interface Loosening {
  /** Where it stands, as in `bulkhead.yml`: `suites.security.mandatory`. */
  readonly place: string
  /** What it was, and what it becomes: values as JSON, files by digest; `nothing` for what is not there. */
  readonly was: string
  readonly becomes: string
}

/** Names exactly these loosenings: what somebody approves is no more and no less. Order never matters. */
export function looseningDigest(loosenings: readonly Loosening[]): Digest {
  const lines = loosenings
    .map(({ place, was, becomes }) => JSON.stringify([place, was, becomes]))
    .sort()
  const hash = createHash('sha256').update('bulkhead loosening v1\n')
  return digest(`sha256:${hash.update(lines.join('\n')).digest('hex')}`)
}
