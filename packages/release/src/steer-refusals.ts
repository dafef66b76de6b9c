import type { CommitId, FencingToken, Finding } from '@bulkhead/vocabulary'

/** Why a rollout is not steered so. */

export const nothingUnderWay = (environment: string): Finding => ({
  code: 'rollout/nothing-to-resume',
  subject: environment,
  message: 'no rollout is under way or unfinished here',
  remedy: 'See `bulkhead status`; ship a release with `bulkhead ship`.',
})

export const goesByItsLane = (environment: string): Finding => ({
  code: 'rollout/hotfix-first',
  subject: environment,
  message: 'a hotfix is unfinished: it goes on in its own lane, with the approvals that it asks',
  remedy: 'Go on with it: `bulkhead hotfix ship`. Or take it back: `bulkhead abort`.',
})

export const wasBack: Finding = {
  code: 'rollout/aborted',
  subject: 'the rollout',
  message: 'it was being rolled back when it stopped; it goes on going back',
  remedy: 'Read why on record (`bulkhead ledger log`), mend the release, ship again.',
}

export const ordered = (environment: string, reason: string): Finding => ({
  code: 'rollout/aborted',
  subject: environment,
  message: `it was ordered back: ${reason}`,
  remedy: 'Ship again when the reason is settled.',
})

export const unfinished = (environment: string, id: FencingToken): Finding => ({
  code: 'rollout/unfinished',
  subject: environment,
  message: `the rollout that began under token ${id} has not ended`,
  remedy: 'Take it back first (`bulkhead abort`), or go on with it (`bulkhead resume`).',
})

export const noEarlier = (environment: string, to: CommitId | undefined): Finding => ({
  code: 'rollout/nothing-released',
  subject: to ?? environment,
  message:
    to === undefined
      ? 'there is no earlier fully good release to return to'
      : 'was not fully good here, or runs here now',
  remedy: 'Name a commit of the record that was released: `bulkhead ledger log`.',
})
