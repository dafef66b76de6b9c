import {
  type QueuedShipResult,
  type ShipResult,
  type ToldEnd,
  type WatchedRelease,
  isIdle,
  tellShipped,
} from '@bulkhead/release'
import type { CommitId, Finding } from '@bulkhead/vocabulary'
import type { CommandResult } from './command-result.ts'
import { OBSERVING } from './observing.ts'

/** A rollout, and what was seen of the release after it. */
export interface WatchedShip {
  readonly shipped: ShipResult
  readonly watched?: WatchedRelease
}

/** What was taken back after all is no release any more. */
export function tellWatched(
  commit: CommitId,
  { shipped, watched }: WatchedShip,
): ToldEnd | undefined {
  const told = tellShipped(commit, shipped)
  if (told === undefined || watched?.rolledBack === undefined) return told
  const { result, findings } = watched.rolledBack
  return {
    ...told,
    result: result === 'released' ? 'rolled-back' : 'stopped',
    findings: [slowBurn(shipped, watched.why), ...findings],
  }
}

export function describeQueued(answered: QueuedShipResult): CommandResult {
  switch (answered.kind) {
    case 'idle':
      return {
        outcome: 'passed',
        findings: [],
        json: { result: 'idle' },
        text: ['nothing waits in the queue'],
      }
    case 'held':
      return {
        outcome: 'blocked',
        findings: answered.findings,
        json: { result: 'held' },
        text: [
          'HELD: everything that waits contains what was found bad, or lacks a fix that is out',
        ],
      }
    case 'shipped': {
      const { commit, carries, why, shipped, passed } = answered
      const described = describe(shipped)
      const line = `${commit.slice(0, 12)} with ${carries.length} in all: ${why}`
      return {
        ...described,
        json: { ...described.json, commit, carries, why, passed: [...passed] },
        text: [line, ...described.text, ...passed.map(passedLine)],
      }
    }
  }
}

const passedLine = ({ subject, message, remedy }: Finding): string =>
  `  ${subject.slice(0, 12)}: ${message}\n    → ${remedy}`

/** What the end of a rollout means, in a few words. */
export const ENDS: Readonly<Record<ShipResult['result'], string>> = {
  released: 'RELEASED: every unit runs the release',
  refused: 'REFUSED: nothing was deployed',
  'rolled-back': 'ROLLED BACK: every unit runs the release before it',
  paused: 'PAUSED: it stands at the edge of a batch; `bulkhead resume` or `bulkhead abort`',
  stopped: 'STOPPED: the fleet stands where it was; see the findings',
  stuck: 'STUCK: the fleet needs a human now; the lease is held',
}

function describe(shipped: ShipResult): CommandResult {
  const { result, plan, rollout, matched, findings, observed = [], undelivered = [] } = shipped
  return {
    outcome: result === 'released' ? 'passed' : 'blocked',
    findings: [...findings, ...observed, ...undelivered],
    json: {
      result,
      rollout,
      matched,
      plan:
        plan === undefined
          ? null
          : {
              digest: plan.digest,
              waves: plan.regions.flatMap(({ waves }) => waves.map((wave) => wave.name)),
            },
    },
    text: [
      ...(observed.length > 0 ? [OBSERVING] : []),
      isIdle(shipped)
        ? 'RELEASED already: every unit runs the release, nothing was done'
        : ENDS[result],
    ],
  }
}

/** What a watch adds: nothing, or that the release was taken back after all. */
export function describeWatched({ shipped, watched }: WatchedShip): CommandResult {
  const told = describe(shipped)
  if (watched === undefined) return told
  const { kind, why, rolledBack } = watched
  const json = { ...told.json, watch: { kind, why } }
  if (rolledBack === undefined) return { ...told, json, text: [...told.text, `watched: ${why}`] }
  const back = rolledBack.result === 'released'
  return {
    outcome: 'blocked',
    findings: [slowBurn(shipped, why), ...rolledBack.findings],
    json: { ...json, result: back ? 'rolled-back' : rolledBack.result },
    text: [back ? ENDS['rolled-back'] : 'NOT ROLLED BACK: see the findings'],
  }
}

const slowBurn = ({ plan }: ShipResult, why: string): Finding => ({
  code: 'rollout/canary-failed',
  subject: plan?.release.commit ?? 'the release',
  message: `after its rollout: ${why}`,
  remedy: 'Read the errors of the release, mend it, ship again.',
})
