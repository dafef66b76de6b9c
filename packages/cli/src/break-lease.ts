import type { BreakOrder } from '@bulkhead/release'
import { type FencingToken, InputError, fencingToken } from '@bulkhead/vocabulary'
import { InvalidArgumentError } from 'commander'

export interface BreakOptions {
  readonly breakLease?: FencingToken
  readonly reason?: string
}

/** A lease is ended by name and reason, or not at all. */
export function breakingOf({ breakLease: token, reason = '' }: BreakOptions): {
  readonly breaking?: BreakOrder
} {
  if (token === undefined && reason === '') return {}
  if (token !== undefined && reason.trim() !== '' && reason.length <= MOST_REASON)
    return { breaking: { token, reason } }
  throw new InputError({
    code: 'usage/invalid-option',
    subject: token === undefined ? '--reason' : '--break-lease',
    message:
      reason.length > MOST_REASON
        ? `the reason has ${reason.length} characters; at most ${MOST_REASON} go on record`
        : 'a lease is ended by its token and for a reason',
    remedy: 'give both: `bulkhead ship --break-lease TOKEN --reason TEXT`',
  })
}

const MOST_REASON = 500

/** Parses `--break-lease`. */
export function tokenOf(text: string): FencingToken {
  if (/^[0-9]{1,15}$/.test(text)) return fencingToken(Number(text))
  throw new InvalidArgumentError('It is a whole number; `bulkhead status` shows it.')
}
