import { reasonsOf } from './reason.ts'

export const ledgerReasons = reasonsOf({
  'ledger/not-a-ledger': {
    cause: 'The branch does not have the layout of a ledger.',
    remedy: 'Name the right repository and environment.',
  },
  'ledger/missing': {
    cause: 'The environment has no ledger yet.',
    remedy:
      'The first `bulkhead ship` writes its genesis; fetch `ledger/ENVIRONMENT` if it exists elsewhere.',
  },
  'ledger/malformed-entry': {
    cause: 'An entry cannot be read strictly.',
    remedy: 'The log was changed: compare it with a copy that you trust.',
  },
  'ledger/bad-signature': {
    cause: 'An entry is not signed by a key that the ledger trusts.',
    remedy: 'The log was changed: compare it with a copy that you trust.',
  },
  'ledger/broken-chain': {
    cause: 'An entry does not continue the one before it.',
    remedy: 'The log was changed: compare it with a copy that you trust.',
  },
  'ledger/wrong-origin': {
    cause: 'An entry belongs to another ledger.',
    remedy: 'The log was mixed with another: compare it with a copy that you trust.',
  },
  'ledger/wrong-genesis': {
    cause: 'The first entry is not the genesis that the caller pinned.',
    remedy: 'Check the pinned digest; if it is right, this is not your ledger.',
  },
  'ledger/rewritten': {
    cause: 'The log no longer holds an entry that was seen in it before: it was cut or rewritten.',
    remedy: 'Find out who rewrote it; restore it from a clone or mirror that still has the entry.',
  },
  'ledger/illegal-step': {
    cause: 'An entry records something that may not follow what is on record before it.',
    remedy: 'Look at who wrote the entry, and why.',
  },
  'ledger/lease-held': {
    cause: 'Somebody else holds the lease of the environment.',
    remedy:
      'Wait until they are done (`bulkhead status`), or end the lease: `bulkhead ship --break-lease TOKEN --reason TEXT`.',
  },
  'ledger/lost-race': {
    cause: 'Others appended faster than we could, several times in a row.',
    remedy: 'Run the command again.',
  },
  'ledger/append-failed': {
    cause: 'The ledger could not be written.',
    remedy:
      'Check access to the repository and its disk; nothing was done without being on record.',
  },
})
