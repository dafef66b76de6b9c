import type { EntryOnRecord } from '../entry.ts'
import type { CorrectedDates } from '../log-dates.ts'
import type { Voided } from '../taken-entries.ts'

/** What a log that verifies says against single entries of its own: they stay in it and are not taken at their word. */
export interface Reservations {
  /** What revocations took back. */
  readonly voided: readonly Voided[]
  /** Dates that ran ahead, and were corrected on record. */
  readonly corrected: readonly CorrectedDates[]
}

type Placed = Pick<EntryOnRecord, 'index' | 'signer'>

/** Whether an entry does not count, because its key was revoked from an index before it on. */
export const isVoided = ({ voided }: Pick<Reservations, 'voided'>, { index, signer }: Placed) =>
  voided.some(
    ({ key, from, by, indexes }) =>
      indexes.includes(index) || (key === signer && index >= from && index < by),
  )

/** Whether the date of an entry is known to be wrong. */
export const isMisdated = (
  { corrected }: Pick<Reservations, 'corrected'>,
  { index }: Pick<Placed, 'index'>,
): boolean => corrected.some(({ from, upTo }) => index >= from && index < upTo)
