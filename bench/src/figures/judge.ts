import { type Bake, judgeBake, seededRandom, trialsToNextHit } from '@bulkhead/rollout'
import { commitId } from '@bulkhead/vocabulary'
import type { Figure } from '../figure.ts'

const RUNS = 2_000
const LOOK_S = 10
const HOUR_S = 3_600
const REQUESTS_PER_SECOND = 500
const SHARE = 0.1
const BASELINE = 0.001
const ALPHA = 0.01
/** One-sided 1 %. */
const Z = 2.326_347_874

const canary = commitId('c'.repeat(40))
const control = commitId('a'.repeat(40))

/** A bake that only ever ends by a conviction: what is measured is the test. */
const bake: Bake = {
  test: 'against-control',
  floorMs: 0,
  deadlineMs: Number.POSITIVE_INFINITY,
  baselineErrorRate: BASELINE,
  detectErrorRate: 1,
  falseAlarm: ALPHA,
  power: 0.95,
  share: SHARE,
  requestsPerSecond: REQUESTS_PER_SECOND * SHARE,
  requestsNeeded: Number.POSITIVE_INFINITY,
  expectedMs: 0,
}

interface Arm {
  readonly perLook: number
  readonly next: () => number
}

/** Errors of an arm in one look after another; the next error is so many requests away. */
function makeArm(perLook: number, rate: number, seed: number): Arm {
  const random = seededRandom(seed)
  let away = trialsToNextHit(rate, random)
  return {
    perLook,
    next() {
      let errors = 0
      let left = perLook
      while (away <= left) {
        left -= away
        errors += 1
        away = trialsToNextHit(rate, random)
      }
      away -= left
      return errors
    },
  }
}

interface Alarms {
  /** Seconds until the first alarm of each run that had one within the hour. */
  readonly ours: readonly number[]
  readonly zTest: readonly number[]
}

/** Hours in which the canary errs `times` as often as the control, looked at every ten seconds. */
function simulateHours(times: number): Alarms {
  const alarms = { ours: [] as number[], zTest: [] as number[] }
  const perLook = REQUESTS_PER_SECOND * LOOK_S
  for (let run = 0; run < RUNS; run += 1) {
    const mine = makeArm(perLook * SHARE, BASELINE * times, run * 2 + 1)
    const other = makeArm(perLook * (1 - SHARE), BASELINE, run * 2 + 2)
    const { ours, zTest } = firstAlarms(mine, other)
    if (ours !== undefined) alarms.ours.push(ours)
    if (zTest !== undefined) alarms.zTest.push(zTest)
  }
  return alarms
}

function firstAlarms(mine: Arm, other: Arm): { ours?: number; zTest?: number } {
  const first: { ours?: number; zTest?: number } = {}
  const counts = { mine: [0, 0] as [number, number], other: [0, 0] as [number, number] }
  for (let at = LOOK_S; at <= HOUR_S; at += LOOK_S) {
    counts.mine = [counts.mine[0] + mine.perLook, counts.mine[1] + mine.next()]
    counts.other = [counts.other[0] + other.perLook, counts.other[1] + other.next()]
    if (first.zTest === undefined && zOf(counts.mine, counts.other) > Z) first.zTest = at
    if (first.ours === undefined && convicts(counts.mine, counts.other, at)) first.ours = at
    if (first.ours !== undefined && first.zTest !== undefined) break
  }
  return first
}

const convicts = (
  [requests, errors]: readonly [number, number],
  [others, otherErrors]: readonly [number, number],
  at: number,
): boolean =>
  judgeBake({
    bake,
    release: canary,
    start: [],
    now: [
      { version: canary, requests, errors },
      { version: control, requests: others, errors: otherErrors },
    ],
    elapsedMs: at * 1000,
  }).kind === 'bad'

/** The pooled two-proportion z statistic; what many canary checks compute again at every look. */
function zOf([n1, e1]: readonly [number, number], [n2, e2]: readonly [number, number]): number {
  const pooled = (e1 + e2) / (n1 + n2)
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
  return deviation === 0 ? 0 : (e1 / n1 - e2 / n2) / deviation
}

const share = (alarms: readonly number[]): number => (alarms.length / RUNS) * 100

/** A quantile over all runs: those without an alarm have waited for ever. */
function quantile(alarms: readonly number[], q: number): number {
  const sorted = alarms.toSorted((a, b) => a - b)
  return sorted[Math.ceil(RUNS * q) - 1] ?? Number.POSITIVE_INFINITY
}

const falseAlarms: Figure = {
  name: 'rollout-false-alarms',
  what: `false alarms in ${RUNS.toLocaleString('en')} quiet hours, a look every ${LOOK_S} s, ${REQUESTS_PER_SECOND} requests/s, ${SHARE * 100} % canary, α = ${ALPHA * 100} %`,
  measure: () => {
    const { ours, zTest } = simulateHours(1)
    return Promise.resolve({
      measured: share(ours),
      unit: '%',
      peer: { name: 'a z-test repeated at every look', value: share(zTest) },
      ratio: null,
      mark: `≤ ${ALPHA * 100} %`,
      holds: share(ours) <= ALPHA * 100,
      notes: [],
    })
  },
}

/** How soon a release is convicted that errs `times` as often; marks are seconds, median and 95 %. */
const detection = (times: number, median: number, most: number): Figure => ({
  name: `rollout-detection-${times}`,
  what: `seconds until a canary is convicted that errs ×${times}`,
  measure: () => {
    const { ours, zTest } = simulateHours(times)
    const [p50, p95] = [quantile(ours, 0.5), quantile(ours, 0.95)]
    return Promise.resolve({
      measured: p50,
      unit: 's (median)',
      peer: { name: 'a repeated z-test', value: quantile(zTest, 0.5) },
      ratio: null,
      mark: `≤ ${median} s median, ≤ ${most} s for 95 %`,
      holds: p50 <= median && p95 <= most,
      notes: [
        `95 % within ${p95} s, ${share(ours).toFixed(1)} % within the hour`,
        'the z-test pays for its speed with the false alarms above',
      ],
    })
  },
})

export const judge: readonly Figure[] = [
  falseAlarms,
  detection(20, 10, 20),
  detection(5, 50, 120),
  detection(2, 730, 1_750),
]
