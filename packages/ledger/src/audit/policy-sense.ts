import { ENTRY_KINDS } from '../entry.ts'
import { ENVIRONMENT_NAME } from '../git-store/layout.ts'
import { KEY_NAME, type NoteKey } from '../tlog/note-key.ts'
import type { VerifierPolicy } from './verifier-policy.ts'

/** A year: no clock that anybody reads is so far off. */
const MOST_SKEW_MS = 366 * 86_400_000

/** Why a policy cannot mean what it says, if so: each of these would have believed more than it reads like. */
export const objectionToPolicy = (policy: VerifierPolicy): string | undefined =>
  objectionToPlace(policy) ?? objectionToKeys(policy) ?? objectionToWitnesses(policy)

function objectionToPlace({ origin, environment, clockSkewMs }: VerifierPolicy) {
  if (!KEY_NAME.test(origin)) return `its origin ${JSON.stringify(origin)} is that of no log`
  if (!ENVIRONMENT_NAME.test(environment))
    return `its environment ${JSON.stringify(environment)} is that of no ledger`
  return clockSkewMs <= MOST_SKEW_MS
    ? undefined
    : `a clockSkewMs of ${clockSkewMs}, which lets every date pass`
}

function objectionToKeys({ logKeys, roles }: VerifierPolicy) {
  if (logKeys.length === 0) return 'it names no key of the log'
  const names = new Set(logKeys.map(({ name }) => name))
  if (names.size !== logKeys.length) return 'two log keys share a name'
  // What is said of a key under its second name, as its end, would not be heard.
  if (new Set(logKeys.map(({ id }) => id)).size !== logKeys.length)
    return 'two log keys share a key'
  const unknown = Object.values(roles)
    .flat()
    .find((name) => !names.has(name))
  if (unknown !== undefined) return `a role names ${JSON.stringify(unknown)}, no log key`
  // With a slip of the pen in it a role would bind nobody.
  const kinds: readonly string[] = ENTRY_KINDS
  const wrong = Object.keys(roles).find((kind) => !kinds.includes(kind))
  return wrong && `there is a role for ${JSON.stringify(wrong)}, which is no kind of entry`
}

function objectionToWitnesses(policy: VerifierPolicy) {
  const { logKeys, witnesses, quorum } = policy
  if (quorum > witnesses.length) return `a quorum of ${quorum} of ${witnesses.length}`
  // One key under two names would be two voices of one witness.
  if (new Set(witnesses.map(rawKey)).size !== witnesses.length) return 'two witnesses share a key'
  const own = new Set(logKeys.map(rawKey))
  if (witnesses.some((key) => own.has(rawKey(key)))) return 'a key of the log is its own witness'
  const idle = (['maxWitnessAgeMs', 'mostUnwitnessed'] as const).find((name) => name in policy)
  return quorum > 0 || idle === undefined ? undefined : `${idle} means nothing with a quorum of 0`
}

const rawKey = ({ publicKey }: Pick<NoteKey, 'publicKey'>): string =>
  publicKey.export({ format: 'der', type: 'spki' }).toString('hex')
