import type { Finding, ReasonCode } from '@bulkhead/vocabulary'

const COMPARE = 'compare the log with a copy that you trust: `git log -p ledger/ENVIRONMENT`'

const REBUILD =
  'the next append writes it anew (`bulkhead ledger heartbeat`); find out first who changed it'

const REMEDIES: Partial<Record<ReasonCode, string>> = {
  'ledger/bad-signature':
    'compare the log with a copy that you trust; if a key was changed on purpose, pin a genesis that names it',
  'ledger/wrong-origin':
    'pin the genesis that this ledger began with (the id in its origin), or name the ledger of this repository and environment; a ledger of trials, with nothing released, can be begun anew: `git branch -D ledger/ENVIRONMENT`',
  'ledger/wrong-genesis':
    'check the genesis that you pinned; if it is right, this is not your ledger',
  'ledger/bad-checkpoint': REBUILD,
  'ledger/bad-tile': REBUILD,
  'ledger/no-checkpoint':
    'append to it once: `bulkhead ledger heartbeat` adds tiles and checkpoint',
  'ledger/wrong-clock':
    'correct the clock that is wrong; what it wrote is set right by `bulkhead ledger clock correct INDEX --reason TEXT`',
  'ledger/illegal-step': 'find out who wrote the entry, and why, before shipping anything',
}

/** A ledger that is not where it was looked for. An absent record is no empty one: it says nothing. */
export const missingLedger = (environment: string): Finding => ({
  code: 'ledger/missing',
  subject: `ledger/${environment}`,
  message: 'there is none here, not even a first entry: what was done is unknown',
  remedy: `if it lies elsewhere, bring it here (\`git fetch origin ledger/${environment}:ledger/${environment}\`), or name the environment, genesis or mirror that you mean; if there never was one, begin it: \`bulkhead ledger heartbeat\``,
})

/** One reason against the entry at an index. */
export const against = (index: number, code: ReasonCode, message: string): Finding => ({
  code,
  subject: `entry ${index}`,
  message,
  remedy: REMEDIES[code] ?? COMPARE,
})

/** One reason against what a log says of itself as a whole. */
export const againstLog = (subject: string, code: ReasonCode, message: string): Finding => ({
  code,
  subject,
  message,
  remedy: REMEDIES[code] ?? COMPARE,
})

export const againstCheckpoint = (code: ReasonCode, message: string): Finding =>
  againstLog('checkpoint', code, message)
