import type { Bake } from './plan.ts'
import { type Random, hitsAmong, seededRandom, trialsToNextHit } from '../seeded-random.ts'
import {
  MARGIN,
  evidenceAgainstCanary,
  evidenceAgainstRate,
  innocentRate,
} from '../sequential-test.ts'

/** What a bake must find out; `BakePolicy` of the policy has this shape. Rates 0–1, spans in ms. */
export interface BakeGoal {
  readonly baselineErrorRate: number
  readonly detectErrorRate: number
  readonly falseAlarm: number
  readonly power: number
  /** Requests per second at whatever the shares are of: the environment, or one region of it. */
  readonly requestsPerSecond: number
  readonly floor: number
  readonly deadline: number
}

/** Simulated bakes. The share that detects has a standard error of 0.5 % at a power of 95 %. */
const PATHS = 2_000
/** The search ends this many deadlines out: far enough to say by how much a deadline is too short. */
const DEADLINES_SEARCHED = 8
/** More errors than this in one step are drawn at once, from their distribution. */
const MANY = 40
const SEED = 0x62616b65

/** One simulated arm over all paths: errors so far, and at which request the next one comes. */
class SimulatedArm {
  readonly errors = new Float64Array(PATHS)
  readonly #next = new Float64Array(PATHS)
  readonly #rate: number
  readonly #random: Random
  #seen = 0

  constructor(rate: number, random: Random) {
    this.#rate = rate
    this.#random = random
    for (let path = 0; path < PATHS; path += 1) this.#next[path] = trialsToNextHit(rate, random)
  }

  /** Lets every path see requests up to number `until`. */
  advance(until: number): void {
    const trials = until - this.#seen
    const atOnce = trials * this.#rate > MANY
    for (let path = 0; path < PATHS; path += 1) {
      if (atOnce) this.#leap(path, trials, until)
      else this.#step(path, until)
    }
    this.#seen = until
  }

  #step(path: number, until: number): void {
    let next = this.#next[path] ?? Number.POSITIVE_INFINITY
    let errors = this.errors[path] ?? 0
    for (; next <= until; errors += 1) next += trialsToNextHit(this.#rate, this.#random)
    this.#next[path] = next
    this.errors[path] = errors
  }

  /** Waiting for an error has no memory, so the next one may be drawn afresh after a leap. */
  #leap(path: number, trials: number, until: number): void {
    this.errors[path] = (this.errors[path] ?? 0) + hitsAmong(trials, this.#rate, this.#random)
    this.#next[path] = until + trialsToNextHit(this.#rate, this.#random)
  }
}

/** Requests that the control answers while the new release answers `requests`. */
const controlBeside = (requests: number, share: number): number =>
  share >= 1 ? 0 : Math.round((requests * (1 - share)) / share)

/** The share of paths in which the judging test convicts after `requests` at the new release. */
function convicted(
  goal: BakeGoal,
  share: number,
  requests: number,
  arms: readonly [SimulatedArm, SimulatedArm],
): number {
  const [canary, control] = arms
  const innocent = innocentRate(goal.baselineErrorRate, goal.detectErrorRate)
  const beside = controlBeside(requests, share)
  const known = new Map<number, boolean>()
  let count = 0
  for (let path = 0; path < PATHS; path += 1) {
    const mine = { requests, errors: canary.errors[path] ?? 0 }
    const other = { requests: beside, errors: control.errors[path] ?? 0 }
    const key = mine.errors * (beside + 1) + other.errors
    const answer =
      known.get(key) ??
      (share >= 1
        ? evidenceAgainstRate(mine, innocent, goal.detectErrorRate)
        : evidenceAgainstCanary(mine, other)) >=
        1 / goal.falseAlarm
    known.set(key, answer)
    if (answer) count += 1
  }
  return count / PATHS
}

/**
 * Requests at the new release after which the judging test has the wanted power, by simulating that
 * very test on a release that errs at `detectErrorRate` beside one at the baseline. Only the look at
 * the end counts, so earlier looks can but add power; two standard errors are kept as margin.
 * Undefined when the difference cannot be found within several times the deadline.
 */
export function requestsNeeded(goal: BakeGoal, share: number): number | undefined {
  if (goal.detectErrorRate <= goal.baselineErrorRate * (1 + MARGIN)) return undefined
  const random = seededRandom(SEED)
  const canary = new SimulatedArm(goal.detectErrorRate, random)
  const control = new SimulatedArm(share >= 1 ? 0 : goal.baselineErrorRate, random)
  const wanted = Math.min(1, goal.power + 2 * Math.sqrt((goal.power * (1 - goal.power)) / PATHS))
  const most = Math.max(
    1_000,
    (goal.requestsPerSecond * share * goal.deadline * DEADLINES_SEARCHED) / 1000,
  )
  for (let n = 1; n <= most; n = Math.max(n + 1, Math.ceil(n * 1.06))) {
    canary.advance(n)
    control.advance(controlBeside(n, share))
    if (convicted(goal, share, n, [canary, control]) >= wanted) return n
  }
  return undefined
}

/** The bake of a wave that leaves the new release with `share` (0–1] of the traffic; see {@link requestsNeeded}. */
export function planBake(goal: BakeGoal, share: number): Bake | undefined {
  const needed = requestsNeeded(goal, share)
  if (needed === undefined) return undefined
  const requestsPerSecond = goal.requestsPerSecond * share
  return {
    test: share >= 1 ? 'absolute' : 'against-control',
    floorMs: goal.floor,
    deadlineMs: goal.deadline,
    baselineErrorRate: goal.baselineErrorRate,
    detectErrorRate: goal.detectErrorRate,
    falseAlarm: goal.falseAlarm,
    power: goal.power,
    share,
    requestsPerSecond,
    requestsNeeded: needed,
    expectedMs: Math.max(goal.floor, Math.ceil((needed / requestsPerSecond) * 1000)),
  }
}
