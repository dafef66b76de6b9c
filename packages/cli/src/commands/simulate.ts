import { InvalidArgumentError } from 'commander'
import {
  type DayParameters,
  type Forecast,
  type LatencySummary,
  type Need,
  forecast,
  needFor,
} from '@bulkhead/rollout'
import type { CommandResult } from '../command-result.ts'
import { type CommonOptions, type Register, answer, withCommonOptions } from '../host.ts'

interface SimulateOptions extends CommonOptions {
  readonly mergesPerHour: number
  readonly hours: number
  readonly ci: number
  readonly regions: number
  readonly stage: number
  readonly coalesce: number
  readonly bad: number
  readonly hotfixes: number
  readonly batch?: number
  readonly hotfixMinutes?: number
  readonly days: number
}

/** A number from `least` to `most`; everything else is a slip of the one who types. */
const number = (least: number, most: number) => (text: string) => {
  const value = /^[0-9]+(?:\.[0-9]+)?$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw new InvalidArgumentError(`a number from ${least} to ${most} is wanted`)
}

/** A whole number from `least` to `most`. */
const whole = (least: number, most: number) => (text: string) => {
  const value = number(least, most)(text)
  if (Number.isInteger(value)) return value
  throw new InvalidArgumentError('a whole number is wanted')
}

const NEEDS = [180, 1_000] as const

export const registerSimulate: Register = (program, host) => {
  withCommonOptions(
    program.command('simulate'),
    'simulate --merges-per-hour 20 --regions 3 --stage 1.8 --hotfixes 1 --batch 0.5 --hotfix-minutes 2',
  )
    .description('simulate days of merges and deploys: how many ship, how long they take')
    .option('--merges-per-hour <n>', 'mean of a Poisson process', number(0.1, 1_000), 20)
    .option('--hours <n>', 'length of the day', number(0.5, 24), 9)
    .option('--ci <minutes>', 'from merge to evidence', number(0, 600), 5)
    .option('--regions <n>', 'one after the other, each with its own lease', whole(1, 20), 1)
    .option('--stage <minutes>', 'time that a release takes in one region', number(0.05, 600), 5.5)
    .option('--coalesce <n>', 'most merges that one deploy carries', whole(1, 1_000), 8)
    .option('--bad <percent>', 'merges that are bad in production', number(0, 100), 1)
    .option('--hotfixes <n>', 'hotfixes a day', whole(0, 100), 0)
    .option('--batch <minutes>', 'a rollout yields to a hotfix at these edges', number(0.01, 600))
    .option('--hotfix-minutes <minutes>', 'time that a hotfix takes everywhere', number(0.05, 600))
    .option('--days <n>', 'days that are simulated', whole(1, 10_000), 200)
    .action((options: SimulateOptions) =>
      answer(host, 'simulate', options, () => Promise.resolve(simulate(options))),
    )
}

function simulate(options: SimulateOptions): CommandResult {
  const parameters = parametersOf(options)
  const seen = forecast(parameters, options.days)
  const needs = NEEDS.map((ships) => needFor(ships, parameters))
  return {
    outcome: 'passed',
    findings: [],
    json: { parameters, forecast: seen, needs },
    text: [...forecastLines(parameters, seen), ...needs.map(needLine)],
  }
}

const parametersOf = (options: SimulateOptions): DayParameters => ({
  hours: options.hours,
  mergesPerHour: options.mergesPerHour,
  ci: options.ci,
  regions: [options.stage, ...Array.from({ length: options.regions - 1 }, () => options.stage)],
  coalesce: options.coalesce,
  bad: options.bad / 100,
  foundAfter: 0.3,
  hotfix:
    options.hotfixes === 0
      ? undefined
      : { perDay: options.hotfixes, batch: options.batch, everywhere: options.hotfixMinutes },
})

const forecastLines = (parameters: DayParameters, seen: Forecast): readonly string[] => [
  `${seen.days} days of ${parameters.hours} hours, ${parameters.mergesPerHour} merges an hour, ${parameters.ci} minutes of CI, ${parameters.regions.length} × ${parameters.regions[0]} minutes, up to ${parameters.coalesce} merges a deploy`,
  '',
  `  deploys a day         ${seen.shipsPerDay.toFixed(0)}, and ${seen.rolledBackPerDay.toFixed(1)} rolled back`,
  `  merge to everywhere   ${latency(seen.merges)}`,
  ...(seen.hotfixes === null ? [] : [`  hotfix to everywhere  ${latency(seen.hotfixes)}`]),
  `  after hours           ${seen.overrun.toFixed(0)} minutes until the last merge is everywhere`,
  '',
]

const latency = (summary: LatencySummary | null): string =>
  summary === null
    ? 'nothing shipped'
    : `median ${summary.p50.toFixed(1)} min, 95 % ${summary.p95.toFixed(1)} min, most ${summary.most.toFixed(1)} min`

const needLine = ({ shipsPerDay, slowestStage }: Need): string =>
  `${shipsPerDay} deploys a day need a slowest stage of at most ${slowestStage.toFixed(1)} minutes`
