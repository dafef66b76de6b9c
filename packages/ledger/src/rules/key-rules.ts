import { acknowledgementOf, revocationOf, rotationOf } from '../key-entries.ts'
import { correctionOf } from '../log-dates.ts'
import type { Rule } from './rule.ts'

export const revokeKey: Rule = ({ data }) =>
  revocationOf(data) === undefined
    ? 'it names no key as {"key": "sha256:<64 hex digits>"}, with at most an index `from` and a `reason`'
    : undefined

/** That there is such a revocation, and what it took back, knows log-keys.ts. */
export const acknowledgeVoided: Rule = ({ data, actors }) => {
  if (acknowledgementOf(data) === undefined)
    return 'it names no revocation as {"revocation": <index>, "reason"}'
  return actors.some(({ id }) => id.trim() !== '') ? undefined : 'nobody is named who looked at it'
}

/** Which dates it may take back, knows log-dates.ts. */
export const correctClock: Rule = ({ data, actors }) => {
  if (correctionOf(data) === undefined)
    return 'it names no entry and reason as {"from": <index>, "reason"}'
  return actors.some(({ id }) => id.trim() !== '') ? undefined : 'nobody is named who corrected it'
}

export const rotateKey: Rule = ({ data }) =>
  rotationOf(data) === undefined
    ? 'it introduces no Ed25519 or ECDSA P-256 key as {"old", "name", "publicKey"}'
    : undefined
