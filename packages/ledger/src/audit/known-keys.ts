import type { TrustedKey } from '@bulkhead/envelope'
import { parseLogKey } from '../key-entries.ts'
import type { KeysMemory } from '../log-keys.ts'
import type { VerifierPolicy } from './verifier-policy.ts'

const ALWAYS = Number.MAX_SAFE_INTEGER

type Ends = Pick<VerifierPolicy, 'until' | 'voidFrom'>

/** The first index from which a verifier no longer believes a key, where they do not have the log. */
export const endOfKey = (
  { until = {}, voidFrom = {} }: Ends,
  { name }: Pick<TrustedKey, 'name'>,
): number =>
  Math.min(
    ...[until, voidFrom].map(
      (ends) => (Object.hasOwn(ends, name) ? ends[name] : undefined) ?? ALWAYS,
    ),
  )

/** The keys of a policy that may sign a checkpoint of so many entries. */
export const keysFor = (
  policy: Pick<VerifierPolicy, 'logKeys'> & Ends,
  size: number,
): readonly TrustedKey[] => policy.logKeys.filter((key) => size <= endOfKey(policy, key))

/**
 * A policy, and the keys that a log which verified by it has brought in and ended since: by them its
 * newest checkpoints and entries are opened one by one. What a revocation took back is in the log, which
 * the policy has to verify still; without the log it is not believed. A key that was taken back from its
 * beginning on is none.
 */
export function withKeysOf(policy: VerifierPolicy, { known, voided }: KeysMemory): VerifierPolicy {
  const keys = known.filter(
    ({ until, broughtInBy }) => broughtInBy.length === 0 || until > Math.max(...broughtInBy) + 1,
  )
  const ended = keys.filter(({ until }) => until < ALWAYS)
  const ends = ended.map(({ name, until }) => {
    const revoked = voided.filter(({ key }) => key === name).map(({ by }) => by + 1)
    return { name, until, last: revoked.length > 0 ? Math.min(...revoked) : until }
  })
  return {
    ...policy,
    logKeys: keys.map(({ name, publicKey }) => parseLogKey(publicKey, name)),
    principals: Object.fromEntries(keys.map(({ name, principal }) => [name, principal])),
    until: Object.fromEntries(ends.map(({ name, last }) => [name, last])),
    voidFrom: Object.fromEntries(
      ends.flatMap(({ name, until, last }) => (until < last ? [[name, until]] : [])),
    ),
  }
}
