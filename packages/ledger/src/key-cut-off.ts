import type { TrustedKey } from '@bulkhead/envelope'
import { type Taken, takenBackBy } from './taken-entries.ts'

/** A key of a log, as its entries have made it. */
export interface KnownKey {
  readonly key: TrustedKey
  readonly principal: string
  /** Its own name, and those of the keys that it came after. */
  readonly lineage: readonly string[]
  /** The entries that gave it the place of another key; none where the caller alone names it. */
  readonly broughtInBy: readonly number[]
  /** The first index at which it signs nothing more. */
  until: number
  /** Indexes of the newest entries that it signed, oldest first: those that a later cut-off takes back. */
  signed: number[]
  /** Whether it signed more than `signed` holds. */
  signedMore: boolean
}

/** What one key loses by a revocation. */
export interface CutOff {
  /** Whom the entries that are taken back brought in; undefined for the revoked key itself. */
  readonly heir: KnownKey | undefined
  readonly taken: Taken
}

interface Revoking {
  readonly ended: KnownKey
  /** The first index that it could not sign. */
  readonly from: number
  /** Index of the entry that says so. */
  readonly by: number
  /** Names of the key that signs it, and of those that it came after: it cannot doubt its own beginning. */
  readonly spared: readonly string[]
}

/**
 * What a revoked key signed since an index, and what those signed whom it brought in by that: the first
 * that a thief does with a stolen key is to hand it on to one of his own.
 * @param isOwn whether the caller names a key: that one loses the place of the other, and stays
 */
export function cutOff(
  known: readonly KnownKey[],
  isOwn: (key: KnownKey) => boolean,
  { ended, from, by, spared }: Revoking,
): readonly CutOff[] {
  const cut: CutOff[] = [{ heir: undefined, taken: takenFrom(ended, from, by) }]
  const reached = new Set([ended])
  // Grows while it is read: heirs have heirs.
  for (const { taken } of cut) {
    const isGone = takenBackBy(taken)
    for (const heir of known) {
      if (reached.has(heir) || !heir.broughtInBy.some(isGone)) continue
      if (spared.includes(heir.key.name)) continue
      reached.add(heir)
      const since = isOwn(heir) ? heir.until : Math.max(...heir.broughtInBy) + 1
      cut.push({ heir, taken: takenFrom(heir, since, by) })
    }
  }
  return cut
}

/** The entry that revokes a key may be its own last one. */
function takenFrom({ key, signed, signedMore }: KnownKey, from: number, by: number): Taken {
  const [oldest = 0] = signed
  const indexes = signed.filter((index) => index >= from && index !== by)
  return { indexes, from, key: key.name, more: signedMore && oldest > from }
}
