import { readQueue, statusOf } from '@bulkhead/release'
import type { CommandResult } from '../command-result.ts'
import {
  type EnvironmentOptions,
  environmentOf,
  withEnvironmentOptions,
} from '../environment-options.ts'
import { type Register, answer } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'
import { result } from './ledger-evidence.ts'
import { queueLines } from './queue.ts'

export const registerStatus: Register = (program, host) => {
  withEnvironmentOptions(program.command('status'), 'status --environment production')
    .description('what is released, who holds the lease, and what the fleet says')
    .action((options: EnvironmentOptions) =>
      answer(host, 'status', options, () =>
        inWorkspace(options, async (workspace): Promise<CommandResult> => {
          const environment = await environmentOf(workspace, options)
          const { findings, ...status } = await statusOf(workspace, environment, options.genesis)
          const { ledger, fleet } = status
          if (ledger === null) {
            const text = [`${environment}: no ledger is here`, ...fleetLines(fleet)]
            return result(findings, { environment, ...status, next: null }, text)
          }
          const queue = await readQueue(workspace, environment, options.genesis)
          return result(findings, { environment, ...status, next: queue.next }, [
            ...ledgerLines(environment, ledger),
            ...fleetLines(fleet),
            ...queueLines(queue),
          ])
        }),
      ),
    )
}

type Recorded = NonNullable<Awaited<ReturnType<typeof statusOf>>['ledger']>

const ledgerLines = (environment: string, ledger: Recorded): readonly string[] => {
  const { released, leases, rollouts, unfinished, shifted } = ledger
  return [
    `${environment}: ${released === null ? 'nothing has been released yet' : `released is ${released.commit}`}`,
    ...(leases.length === 0 ? ['  lease: free'] : []),
    ...leases.map(
      ({ region, holder, token, stuck }) =>
        `  lease of ${region}: held by ${holder}, fencing token ${token}${stuck ? '; STUCK: a human must look' : ''}`,
    ),
    ...(rollouts.length + unfinished.length === 0 ? ['  rollout: none under way'] : []),
    ...rollouts.map((rollout) => `  rollout ${whereItIs(rollout)}`),
    ...unfinished.map((rollout) => `  unfinished rollout ${whereItIs(rollout)}: bulkhead resume`),
    ...shifted.map(
      ({ region, zone, by, at, reason, done, returning }) =>
        `  zone ${region}/${zone}: shifted away by ${by} since ${at}: ${reason}${done ? '' : '; not yet seen to be done'}${returning ? '; being restored' : ''}: bulkhead zone restore ${region}/${zone}`,
    ),
  ]
}

/** Where a rollout stands, and what it waits for. */
function whereItIs(rollout: Recorded['rollouts'][number]): string {
  const { commit, region, direction, lastStep, paused, ordered } = rollout
  const at =
    lastStep === null ? 'has just begun' : `wave ${lastStep.wave + 1}: ${stepWords(lastStep)}`
  const news = [
    ...(direction === 'back' ? ['being rolled back'] : []),
    at,
    ...(paused ? ['paused'] : []),
    ...(ordered === null
      ? []
      : [`ordered to ${ordered.order} by ${ordered.by}: ${ordered.reason}`]),
  ]
  return `of ${commit.slice(0, 12)} in ${region}: ${news.join(', ')}`
}

type Step = NonNullable<Recorded['rollouts'][number]['lastStep']>

/** What was last put on record, and with it what the rollout waits for. */
const STEP_WORDS: Readonly<Record<string, string>> = {
  'batch-intended': 'changes units, waits until they are healthy',
  'batch-done': 'units are changed, waits for the next batch or the end of the bake',
  'batch-failed': 'a batch has failed',
  'batch-withdrawn': 'a batch was withdrawn, waits for capacity',
  'surge-intended': 'asks the target for more units',
  'surge-done': 'has the units that it asked for',
  'wave-judged': 'is judged',
}

const stepWords = ({ step, zone, why }: Step): string =>
  [
    `${zone === null ? '' : `zone ${zone}: `}${STEP_WORDS[step] ?? step}`,
    ...(why === null ? [] : [why]),
  ].join(': ')

function fleetLines(fleet: Awaited<ReturnType<typeof statusOf>>['fleet']): readonly string[] {
  if (fleet === null) return ['  fleet: does not answer (start it with `bulkhead fleet up`)']
  const zones = Map.groupBy(fleet.units, (unit) => `${unit.region}/${unit.zone}`)
  return [...zones]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([zone, all]) => {
      const units = all.filter((unit) => unit.surplus !== true)
      const beyond = all.length - units.length
      const isAway = fleet.shifted?.some((place) => `${place.region}/${place.zone}` === zone)
      const news = [
        ...(beyond > 0 ? [`${beyond} beyond its own`] : []),
        ...(isAway === true ? ['gets no traffic: shifted away'] : []),
      ]
      const healthy = units.filter((unit) => unit.health === 'healthy')
      const versions = [
        ...new Set(units.map((unit) => unit.version?.slice(0, 12) ?? 'nothing')),
      ].join(', ')
      const text = `  zone ${zone}: ${healthy.length} of ${units.length} healthy, running ${versions}`
      return [text, ...news].join('; ')
    })
}
