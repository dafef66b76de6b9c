import { reasonsOf } from './reason.ts'

export const ledgerReasons = reasonsOf({
  'ledger/not-a-ledger': {
    cause: 'The branch does not have the layout of a ledger.',
    remedy: 'Name the right repository and environment.',
  },
  'ledger/missing': {
    cause:
      'There is no ledger where it was looked for, or not the entry that was asked about. An absent record is no empty one.',
    remedy:
      'Fetch it (`git fetch origin ledger/ENVIRONMENT:ledger/ENVIRONMENT`), or name the environment, genesis or mirror that you mean; where there never was one, `bulkhead ledger heartbeat` or `bulkhead gate` begins it.',
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
    cause:
      'The log no longer holds what was seen in it before, or what its own checkpoint was signed for: it was cut or rewritten.',
    remedy: 'Find out who rewrote it; restore it from a clone or mirror that still has the entry.',
  },
  'ledger/two-heads': {
    cause: 'The log here and the log in its remote part: there are two.',
    remedy: 'Find out which one was rewritten, and compare both with a copy that you trust.',
  },
  'ledger/foreign-path': {
    cause: 'Something lies in the store that is no part of a ledger. It is never obeyed.',
    remedy: 'Find out who wrote it, and take its right to write away; deploys go on meanwhile.',
  },
  'ledger/no-checkpoint': {
    cause: 'The log has no signed checkpoint: it was written before there were any, or lost it.',
    remedy: 'Append once (`bulkhead ledger heartbeat`): tiles and checkpoint are written then.',
  },
  'ledger/bad-checkpoint': {
    cause: 'A checkpoint is not signed by the log, or the log has outgrown it.',
    remedy: 'Compare the log with a copy that you trust; the next append writes it anew.',
  },
  'ledger/bad-tile': {
    cause: 'A tile of the Merkle tree is missing, or is not what the entries make of it.',
    remedy: 'Find out who changed it; the next append writes it anew.',
  },
  'ledger/bad-proof': {
    cause: 'A proof does not show what it claims to.',
    remedy: 'Do not rely on it: make a new one from a log that verifies.',
  },
  'ledger/no-quorum': {
    cause: 'Too few of the witnesses of your policy cosigned the checkpoint.',
    remedy: 'Have it witnessed (`bulkhead ledger witness`), or ask why a witness refuses.',
  },
  'ledger/silent': {
    cause: 'Nothing was recorded for longer than the period that your policy states.',
    remedy:
      'Check that the log you read is the newest; append `bulkhead ledger heartbeat` on time.',
  },
  'ledger/stale-view': {
    cause: 'The newest witnessed checkpoint is older than your policy allows.',
    remedy: 'Fetch the newest log and have it witnessed.',
  },
  'ledger/wrong-role': {
    cause: 'An entry is signed by a key that your policy does not allow for its kind.',
    remedy: 'Find out who used the key, and why; revoke it if it is stolen.',
  },
  'ledger/wrong-clock': {
    cause: 'An entry is dated after the clock of the verifier.',
    remedy:
      'Correct the clock that is wrong. What it wrote is set right, on record, by `bulkhead ledger clock correct INDEX --reason TEXT`.',
  },
  'ledger/revoked-key': {
    cause: 'An entry is signed by a key after its revocation was recorded.',
    remedy: 'Find out who still holds the key; nothing it signed since counts.',
  },
  'ledger/illegal-step': {
    cause: 'An entry records something that may not follow what is on record before it.',
    remedy: 'Look at who wrote the entry, and why.',
  },
  'ledger/unrecorded-deploy': {
    cause: 'A unit runs what no entry of the ledger put there.',
    remedy:
      'Find out who deployed it, and with which credential; ship a release over it, on record.',
  },
  'ledger/lease-held': {
    cause: 'Somebody else holds the lease of the environment.',
    remedy:
      'Wait until they are done (`bulkhead status`), or end the lease: `bulkhead ship --break-lease TOKEN --reason TEXT`.',
  },
  'ledger/lost-race': {
    cause:
      'Others appended faster than we could, several times in a row, or a git that was killed left its lock.',
    remedy:
      'Run the command again. Where a lock file is named and no git is at work there, remove that file first.',
  },
  'ledger/append-failed': {
    cause: 'The ledger could not be written.',
    remedy:
      'Check access to the repository and its disk; nothing was done without being on record.',
  },
})
