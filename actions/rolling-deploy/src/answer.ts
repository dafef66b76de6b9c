import type { ActionAnswer } from '@bulkhead/action-kit'
import type { QueuedShipResult, ShipResult, WrittenPage } from '@bulkhead/release'
import type { Finding } from '@bulkhead/vocabulary'
import type { action } from './action.ts'
import { type Decision, timelineTables } from './timeline.ts'

type Answer = ActionAnswer<typeof action.outputs>

export const ENDS: Readonly<Record<ShipResult['result'], string>> = {
  released: 'RELEASED: every unit runs the release',
  refused: 'REFUSED: nothing was deployed',
  'rolled-back': 'ROLLED BACK: every unit runs the release before it',
  stopped: 'STOPPED: the fleet stands where it was; see the findings',
  paused: 'PAUSED: it stands at the edge of a batch; resume it or abort it',
  stuck: 'STUCK: the fleet needs a human now; the lease is held',
}

/** What was seen and told beside a rollout. */
export interface Beside {
  readonly decisions: readonly Decision[]
  readonly page: WrittenPage | undefined
  /** What people or GitHub were not told. It changes nothing else. */
  readonly undelivered: readonly Finding[]
}

/** What the action says of what came of the queue, or of the one commit that was to ship. */
export function answerOf(ended: QueuedShipResult, beside: Beside): Answer {
  switch (ended.kind) {
    case 'idle':
      return nothingShipped('passed', 'idle', 'IDLE: nothing waits in the queue', [])
    case 'held': {
      const headline = 'HELD: everything that waits contains what was found bad'
      return nothingShipped('blocked', 'held', headline, ended.findings)
    }
    case 'shipped':
      return shippedAnswer(ended, beside)
  }
}

const nothingShipped = (
  outcome: Answer['outcome'],
  result: string,
  headline: string,
  findings: readonly Finding[],
): Answer => ({
  outcome,
  headline,
  findings,
  outputs: { result, rollout: '', report: '', commit: '', plan: '' },
})

function shippedAnswer(
  { commit, carries, why, shipped }: QueuedShipResult & { readonly kind: 'shipped' },
  { decisions, page, undelivered }: Beside,
): Answer {
  const { result, plan, rollout, matched, findings, observed = [] } = shipped
  const untold = [...(shipped.undelivered ?? []), ...undelivered, ...(page?.findings ?? [])]
  return {
    outcome: result === 'released' ? 'passed' : 'blocked',
    headline: ENDS[result],
    // Only a policy that observes lets a release through for which something was found.
    observing: result === 'released' && observed.length > 0,
    findings: [...findings, ...observed],
    outputs: {
      result,
      rollout: rollout === null ? '' : String(rollout),
      report: page?.file ?? '',
      commit,
      plan: plan?.digest ?? '',
    },
    tables: [
      ...timelineTables(decisions, plan),
      ...(untold.length === 0 ? [] : [untoldTable(untold)]),
      ...(carries.length === 0 ? [] : [listed(`From the queue: ${why}`, carries)]),
      ...(matched.length === 0 ? [] : [listed('The attestation matched', matched)]),
    ],
  }
}

const listed = (header: string, lines: readonly string[]) => ({
  header: [header],
  rows: lines.map((line) => [{ untrusted: line }]),
})

const untoldTable = (findings: readonly Finding[]) => ({
  header: ['Not delivered', 'Why', 'Way out'],
  rows: findings.map(({ subject, message, remedy }) => [
    { untrusted: subject },
    { untrusted: message },
    { untrusted: remedy },
  ]),
})
