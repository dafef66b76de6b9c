import type { BreakOrder } from '@bulkhead/release'
import { type FencingToken, InputError, fencingToken } from '@bulkhead/vocabulary'
import { InvalidArgumentError } from 'commander'

export interface BreakOptions {
  readonly breakLease?: readonly FencingToken[]
  readonly reason?: string
}

/** Leases are ended by name and reason, or not at all. */
export function breakingOf({ breakLease: tokens = [], reason = '' }: BreakOptions): {
  readonly breaking?: BreakOrder
} {
  if (tokens.length === 0 && reason === '') return {}
  if (tokens.length > 0 && reason.trim() !== '' && reason.length <= MOST_REASON)
    return { breaking: { tokens, reason } }
  throw new InputError({
    code: 'usage/invalid-option',
    subject: tokens.length === 0 ? '--reason' : '--break-lease',
    message:
      reason.length > MOST_REASON
        ? `the reason has ${reason.length} characters; at most ${MOST_REASON} go on record`
        : 'a lease is ended by its token and for a reason',
    remedy: 'give both: `bulkhead ship --break-lease TOKEN --reason TEXT`',
  })
}

const MOST_REASON = 500

/** Parses `--break-lease`, which may be said again for a second lease. */
export function tokensOf(
  text: string,
  before: readonly FencingToken[] = [],
): readonly FencingToken[] {
  if (/^[0-9]{1,15}$/.test(text)) return [...before, fencingToken(Number(text))]
  throw new InvalidArgumentError('It is a whole number; `bulkhead status` shows it.')
}
