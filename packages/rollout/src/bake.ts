import type { Bake } from './plan.ts'
import { type Random, seededRandom, trialsToNextHit } from './seeded-random.ts'
import { evidenceAgainstCanary, evidenceAgainstRate, innocentRate } from './sequential-test.ts'

/** What a bake must find out; `BakePolicy` of the policy has this shape. Rates 0–1, spans in ms. */
export interface BakeGoal {
  readonly baselineErrorRate: number
  readonly detectErrorRate: number
  readonly falseAlarm: number
  readonly power: number
  /** Requests per second at the whole environment. */
  readonly requestsPerSecond: number
  readonly floor: number
  readonly deadline: number
}

/** Simulated bakes. The share that detects has a standard error of 0.5 % at a power of 95 %. */
const PATHS = 2_000
/** Work limit: errors drawn over all paths. Past it the difference is too small to be found in practice. */
const MOST_DRAWS = 6_000_000
const SEED = 0x62616b65

/** One simulated arm over all paths: errors so far, and at which request the next one comes. */
interface SimulatedArm {
  readonly errors: Int32Array
  readonly next: Float64Array
  readonly rate: number
}

function simulateArm(rate: number, random: Random): SimulatedArm {
  const next = new Float64Array(PATHS)
  for (let path = 0; path < PATHS; path += 1) next[path] = trialsToNextHit(rate, random)
  return { errors: new Int32Array(PATHS), next, rate }
}

/** Lets every path see requests up to number `until`; returns how many errors were drawn. */
function advance(arm: SimulatedArm, until: number, random: Random): number {
  let drawn = 0
  for (let path = 0; path < PATHS; path += 1) {
    let next = arm.next[path] ?? Number.POSITIVE_INFINITY
    let errors = arm.errors[path] ?? 0
    for (; next <= until; drawn += 1) {
      errors += 1
      next += trialsToNextHit(arm.rate, random)
    }
    arm.next[path] = next
    arm.errors[path] = errors
  }
  return drawn
}

/** Fewest canary errors at which `rejects` holds; evidence grows with each of them. */
function fewestErrors(requests: number, rejects: (errors: number) => boolean): number {
  let low = 0
  let high = requests + 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (rejects(middle)) high = middle
    else low = middle + 1
  }
  return low
}

/** The error count that rejects after `requests` at the canary, given the control's errors. */
function criticalErrors(
  goal: BakeGoal,
  share: number,
  requests: number,
): (control: number) => number {
  const limit = 1 / goal.falseAlarm
  const innocent = innocentRate(goal.baselineErrorRate, goal.detectErrorRate)
  const controlRequests = controlBeside(requests, share)
  const known = new Map<number, number>()
  return (control) => {
    const rejects = (errors: number) =>
      share >= 1
        ? evidenceAgainstRate({ requests, errors }, innocent, goal.detectErrorRate) >= limit
        : evidenceAgainstCanary(
            { requests, errors },
            { requests: controlRequests, errors: control },
          ) >= limit
    const answer = known.get(control) ?? fewestErrors(requests, rejects)
    known.set(control, answer)
    return answer
  }
}

const controlBeside = (requests: number, share: number): number =>
  share >= 1 ? 0 : Math.round((requests * (1 - share)) / share)

/**
 * Requests at the new release after which the judging test has the wanted power, by simulating that
 * very test on a release that errs at `detectErrorRate` beside one at the baseline. Only the look at
 * the end counts, so earlier looks can but add power; two standard errors are kept as margin.
 * Undefined when the difference cannot be found with any practical number of requests.
 */
export function requestsNeeded(goal: BakeGoal, share: number): number | undefined {
  const random = seededRandom(SEED)
  const canary = simulateArm(goal.detectErrorRate, random)
  const control = simulateArm(share >= 1 ? 0 : goal.baselineErrorRate, random)
  const wanted = goal.power + 2 * Math.sqrt((goal.power * (1 - goal.power)) / PATHS)
  let draws = 0
  for (let n = 1; draws <= MOST_DRAWS && n < 1e9; n = Math.max(n + 1, Math.ceil(n * 1.06))) {
    draws += advance(canary, n, random) + advance(control, controlBeside(n, share), random)
    const critical = criticalErrors(goal, share, n)
    let detected = 0
    for (let path = 0; path < PATHS; path += 1) {
      if ((canary.errors[path] ?? 0) >= critical(control.errors[path] ?? 0)) detected += 1
    }
    if (detected / PATHS >= Math.min(wanted, 1)) return n
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
