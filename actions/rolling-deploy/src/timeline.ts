import type { ActionAnswer } from '@bulkhead/action-kit'
import type { ShipRequest, ShipResult } from '@bulkhead/release'

type Progress = Parameters<ShipRequest['onProgress']>[0]
export type Decision = Extract<Progress, { kind: 'decision' }>['decision']
type SummaryTable = NonNullable<ActionAnswer<never>['tables']>[number]
type Plan = NonNullable<ShipResult['plan']>
type Wave = Plan['regions'][number]['waves'][number]

const TONES: Readonly<Record<Decision['tone'], string>> = { good: '✅', bad: '⛔', plain: '·' }
const KINDS: Readonly<Record<Decision['kind'], string>> = {
  verdict: 'verdict',
  refused: 'refused',
  started: 'started',
  batch: 'batch',
  wave: 'wave judged',
  frozen: 'waits',
  surge: 'surge',
  rollback: 'rolling back',
  paused: 'paused',
  finished: 'finished',
}

/** What was decided, when and why, and the waves that it did not come to. */
export function timelineTables(
  decisions: readonly Decision[],
  plan: Plan | undefined,
): readonly SummaryTable[] {
  const rows = decisions
    .filter(({ kind }) => kind !== 'batch')
    .map((decision) => rowOf(decision, plan))
  const left = unreached(decisions, plan)
  return [
    ...(rows.length === 0 ? [] : [{ header: ['UTC', 'Region', 'What', 'Zones', 'Why'], rows }]),
    ...(left.length === 0
      ? []
      : [
          {
            header: ['Wave that it did not come to', 'Zones', 'Units'],
            rows: left.map((wave) => [
              { untrusted: wave.name },
              { untrusted: zonesOf(wave) },
              String(wave.stages.reduce((sum, stage) => sum + stage.units.length, 0)),
            ]),
          },
        ]),
  ]
}

function rowOf(decision: Decision, plan: Plan | undefined): SummaryTable['rows'][number] {
  const { at, kind, tone, text, region = '', findings } = decision
  const wave = wavesOf(plan).find((each) => isAbout(decision, each))
  const why = [text, ...findings.map(({ code, message }) => `[${code}] ${message}`)].join('; ')
  return [
    new Date(at).toISOString().slice(11, 19),
    { untrusted: region },
    `${TONES[tone]} ${KINDS[kind]}`,
    { untrusted: wave === undefined ? '' : zonesOf(wave) },
    { untrusted: why },
  ]
}

const wavesOf = (plan: Plan | undefined): readonly Wave[] =>
  (plan?.regions ?? []).flatMap(({ waves }) => waves)

const zonesOf = ({ stages }: Wave): string =>
  [...new Set(stages.map(({ region, zone }) => `${region}/${zone}`))].join(', ')

const isAbout = ({ kind, region, text }: Decision, { name, stages }: Wave): boolean =>
  kind === 'wave' &&
  text.startsWith(`${name}: `) &&
  (region === undefined || stages.some((stage) => stage.region === region))

const unreached = (decisions: readonly Decision[], plan: Plan | undefined): readonly Wave[] =>
  wavesOf(plan).filter((wave) => !decisions.some((decision) => isAbout(decision, wave)))
