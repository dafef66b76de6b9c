import { type Day, type DayParameters, simulateDay } from './day.ts'

/** Latency in minutes from merge to everywhere. */
export interface LatencySummary {
  readonly p50: number
  readonly p95: number
  readonly most: number
}

/** Many simulated days of the same parameters. */
export interface Forecast {
  readonly days: number
  readonly shipsPerDay: number
  readonly rolledBackPerDay: number
  /** Null when nothing was shipped. */
  readonly merges: LatencySummary | null
  readonly hotfixes: LatencySummary | null
  /** Mean minutes after hours until the last merge was everywhere. */
  readonly overrun: number
}

/** Simulates days with seeds 1, 2, 3 … and sums them up. */
export function forecast(parameters: DayParameters, days: number): Forecast {
  const all = Array.from({ length: days }, (_, at) => simulateDay(parameters, at + 1))
  const mean = (part: (day: Day) => number) => all.reduce((sum, day) => sum + part(day), 0) / days
  return {
    days,
    shipsPerDay: mean(({ ships }) => ships),
    rolledBackPerDay: mean(({ rolledBack }) => rolledBack),
    merges: summarise(all.flatMap(({ latencies }) => latencies)),
    hotfixes: summarise(all.flatMap(({ hotfixLatencies }) => hotfixLatencies)),
    overrun: mean(({ overrun }) => overrun),
  }
}

function summarise(latencies: readonly number[]): LatencySummary | null {
  const sorted = latencies.toSorted((a, b) => a - b)
  const at = (q: number) => sorted[Math.ceil(sorted.length * q) - 1] ?? Number.NaN
  return sorted.length === 0 ? null : { p50: at(0.5), p95: at(0.95), most: at(1) }
}

/** Minutes that the slowest stage may take so that so many deploys a day are done. */
export interface Need {
  readonly shipsPerDay: number
  readonly slowestStage: number
  /** Merges per hour of the forecast: twice the deploys, so that there is always something to ship. */
  readonly mergesPerHour: number
}

const DAYS = 20
const STEPS = 12

/** Finds, by halving, the longest stage with which the regions still do `shipsPerDay`. */
export function needFor(shipsPerDay: number, parameters: DayParameters): Need {
  const mergesPerHour = (2 * shipsPerDay) / parameters.hours
  const [first, ...others] = parameters.regions
  const suffices = (minutes: number): boolean => {
    const regions = [minutes, ...others.map(() => minutes)] as const
    const day = {
      ...parameters,
      regions,
      mergesPerHour,
      coalesce: Math.max(8, parameters.coalesce),
    }
    return forecast({ ...day, hotfix: undefined }, DAYS).shipsPerDay >= shipsPerDay
  }
  let [low, high] = [0, Math.max(first, (parameters.hours * 60) / shipsPerDay)]
  for (let step = 0; step < STEPS; step += 1) {
    const middle = (low + high) / 2
    if (suffices(middle)) low = middle
    else high = middle
  }
  return { shipsPerDay, slowestStage: low, mergesPerHour }
}
