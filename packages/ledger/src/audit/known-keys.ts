import type { TrustedKey } from '@bulkhead/envelope'
import { parseLogKey } from '../key-entries.ts'
import type { KeysMemory } from '../log-keys.ts'
import type { VerifierPolicy } from './verifier-policy.ts'

const ALWAYS = Number.MAX_SAFE_INTEGER

/** The first index from which a verifier no longer believes a key. */
export const endOfKey = (
  { until = {} }: Pick<VerifierPolicy, 'until'>,
  { name }: Pick<TrustedKey, 'name'>,
): number => (Object.hasOwn(until, name) ? until[name] : undefined) ?? ALWAYS

/** The keys of a policy that may sign a checkpoint of so many entries. */
export const keysFor = (
  policy: Pick<VerifierPolicy, 'logKeys' | 'until'>,
  size: number,
): readonly TrustedKey[] => policy.logKeys.filter((key) => size <= endOfKey(policy, key))

/**
 * A policy, and the keys that a log which verified by it has brought in and ended since: by them its
 * newest checkpoints and entries are opened one by one.
 */
export function withKeysOf(policy: VerifierPolicy, { known }: KeysMemory): VerifierPolicy {
  const ended = known.filter(({ until }) => until < ALWAYS)
  return {
    ...policy,
    logKeys: known.map(({ name, publicKey }) => parseLogKey(publicKey, name)),
    principals: Object.fromEntries(known.map(({ name, principal }) => [name, principal])),
    until: Object.fromEntries(ended.map(({ name, until }) => [name, until])),
  }
}
