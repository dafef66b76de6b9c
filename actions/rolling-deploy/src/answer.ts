import type { ActionAnswer } from '@bulkhead/action-kit'
import type { ShipRequest, ShipResult } from '@bulkhead/release'
import type { action } from './action.ts'

const ENDS: Readonly<Record<ShipResult['result'], string>> = {
  released: 'RELEASED: every unit runs the release',
  refused: 'REFUSED: nothing was deployed',
  'rolled-back': 'ROLLED BACK: every unit runs the release before it',
  stopped: 'STOPPED: the fleet stands where it was; see the findings',
  paused: 'PAUSED: it stands at the edge of a batch; resume it or abort it',
  stuck: 'STUCK: the fleet needs a human now; the lease is held',
}

/** What the action says of a rollout that has ended. */
export function answerOf(
  { result, plan, matched, findings, observed = [] }: ShipResult,
  commit: string,
): ActionAnswer<typeof action.outputs> {
  return {
    outcome: result === 'released' ? 'passed' : 'blocked',
    headline: ENDS[result],
    // Only a policy that observes lets a release through for which something was found.
    observing: result === 'released' && observed.length > 0,
    findings: [...findings, ...observed],
    outputs: { result, commit, plan: plan?.digest ?? '' },
    tables: [
      ...(plan === undefined ? [] : [wavesTable(plan)]),
      ...(matched.length === 0
        ? []
        : [
            {
              header: ['The attestation matched'],
              rows: matched.map((line) => [{ untrusted: line }]),
            },
          ]),
    ],
  }
}

const wavesTable = ({ regions }: NonNullable<ShipResult['plan']>) => ({
  header: ['Wave', 'Zones', 'Units', 'Requests needed to judge it'],
  rows: regions
    .flatMap(({ waves }) => waves)
    .map(({ name, stages, bake }) => [
      { untrusted: name },
      { untrusted: stages.map((stage) => `${stage.region}/${stage.zone}`).join(', ') },
      String(stages.reduce((sum, stage) => sum + stage.units.length, 0)),
      bake === null ? 'none: judged by health alone' : String(bake.requestsNeeded),
    ]),
})

/** The log of a rollout: one line for each decision and each step of the engine; the samples in between are for live views. */
export function progressLines(
  progress: Parameters<ShipRequest['onProgress']>[0],
): readonly string[] {
  if (progress.kind === 'sample' || progress.kind === 'bake') return []
  if (progress.kind === 'step') {
    const { at, unit, note } = progress.step
    return [`${new Date(at).toISOString()}  ${'step'.padEnd(8)}  ${unit ?? 'fleet'}: ${note}`]
  }
  const { at, kind, text } = progress.decision
  return [`${new Date(at).toISOString()}  ${kind.padEnd(8)}  ${text}`]
}
