import { describe, expect, test } from 'vitest'
import { planBake, requestsNeeded } from '../src/plan/bake.ts'
import { seededRandom, trialsToNextHit } from '../src/seeded-random.ts'
import {
  type ArmCounts,
  evidenceAgainstCanary,
  evidenceAgainstRate,
  innocentRate,
} from '../src/sequential-test.ts'
import { bakeGoal } from './support/scenario.ts'

const RUNS = 600
const LOOKS = 60

/** A stream of requests of one arm, with errors at `rate`. */
function arm(rate: number, seed: number) {
  const random = seededRandom(seed)
  let seen = 0
  let errors = 0
  let next = trialsToNextHit(rate, random)
  return (until: number): ArmCounts => {
    for (; next <= until; errors += 1) next += trialsToNextHit(rate, random)
    seen = until
    return { requests: seen, errors }
  }
}

interface Trial {
  readonly canaryRate: number
  readonly controlRate: number
  readonly share: number
  readonly perLook: number
  readonly alpha: number
  readonly looks?: number
}

/** Share of seeded runs in which the test rejects at any look. */
function rejects({ canaryRate, controlRate, share, perLook, alpha, looks = LOOKS }: Trial): number {
  let rejected = 0
  for (let run = 0; run < RUNS; run += 1) {
    const canary = arm(canaryRate, 2 * run + 1)
    const control = arm(controlRate, 2 * run + 2)
    for (let look = 1; look <= looks; look += 1) {
      const n = look * perLook
      const evidence = evidenceAgainstCanary(
        canary(n),
        control(Math.round((n * (1 - share)) / share)),
      )
      if (evidence < 1 / alpha) continue
      rejected += 1
      break
    }
  }
  return rejected / RUNS
}

describe('the test may be looked at again and again', () => {
  const cases = [
    { name: 'healthy', canaryRate: 0.001, controlRate: 0.001, share: 1 / 9 },
    { name: 'at the margin', canaryRate: 0.00125, controlRate: 0.001, share: 0.1 },
    { name: 'both arms in an outage', canaryRate: 0.5, controlRate: 0.5, share: 1 / 9 },
    { name: 'even shares', canaryRate: 0.01, controlRate: 0.01, share: 0.5 },
  ]
  test.each(cases)('false alarms stay below α: $name', ({ canaryRate, controlRate, share }) => {
    const trial = { canaryRate, controlRate, share, perLook: 200, alpha: 0.05 }
    expect(rejects(trial)).toBeLessThanOrEqual(0.05)
  })

  test('a canary that is ten times worse is found', () => {
    expect(
      rejects({ canaryRate: 0.01, controlRate: 0.001, share: 0.1, perLook: 200, alpha: 0.05 }),
    ).toBeGreaterThan(0.95)
  })
})

test('no traffic in either arm is no evidence', () => {
  const some = { requests: 100, errors: 50 }
  const none = { requests: 0, errors: 0 }
  expect(evidenceAgainstCanary(some, none)).toBe(1)
  expect(evidenceAgainstCanary(none, some)).toBe(1)
})

test('each further error of the canary adds evidence, each of the control takes some away', () => {
  const evidence = (canary: number, control: number) =>
    evidenceAgainstCanary({ requests: 100, errors: canary }, { requests: 800, errors: control })
  expect(evidence(3, 0)).toBeGreaterThan(evidence(2, 0))
  expect(evidence(3, 5)).toBeLessThan(evidence(3, 0))
})

describe('the bake is as long as the test needs', () => {
  const goals = [
    { name: 'the demo canary', goal: bakeGoal, share: 1 / 9 },
    { name: 'most of the fleet', goal: bakeGoal, share: 2 / 3 },
    { name: '0.1 % to 1 %', goal: { ...bakeGoal, detectErrorRate: 0.01, power: 0.9 }, share: 0.1 },
  ]
  test.each(goals)('detection reaches the wanted power: $name', ({ goal, share }) => {
    const needed = requestsNeeded(goal, share) ?? 0
    const trial = {
      canaryRate: goal.detectErrorRate,
      controlRate: goal.baselineErrorRate,
      share,
      alpha: goal.falseAlarm,
    }
    expect(rejects({ ...trial, perLook: needed, looks: 1 })).toBeGreaterThanOrEqual(
      goal.power - 0.01,
    )
    expect(rejects({ ...trial, perLook: Math.floor(needed / 3), looks: 1 })).toBeLessThan(
      goal.power,
    )
  })

  test('without a control the rate itself is tested, with the same power and few false alarms', () => {
    const needed = requestsNeeded(bakeGoal, 1) ?? 0
    const innocent = innocentRate(bakeGoal.baselineErrorRate, bakeGoal.detectErrorRate)
    const convicted = (rate: number) => {
      const hits = Array.from({ length: RUNS }, (_, run) =>
        evidenceAgainstRate(arm(rate, run)(needed), innocent, bakeGoal.detectErrorRate),
      )
      return hits.filter((evidence) => evidence >= 1 / bakeGoal.falseAlarm).length / RUNS
    }
    expect(convicted(bakeGoal.detectErrorRate)).toBeGreaterThanOrEqual(bakeGoal.power - 0.01)
    expect(convicted(innocent)).toBeLessThanOrEqual(bakeGoal.falseAlarm)
  })

  test('a difference inside the margin cannot be found, and is not promised', () => {
    expect(planBake({ ...bakeGoal, detectErrorRate: 0.0012 }, 0.1)).toBeUndefined()
  })

  test('same input, same bake', () => {
    expect(planBake(bakeGoal, 1 / 9)).toEqual(planBake(bakeGoal, 1 / 9))
  })

  test('the floor holds where traffic alone would be quick', () => {
    expect(planBake({ ...bakeGoal, requestsPerSecond: 100_000 }, 1 / 9)?.expectedMs).toBe(
      bakeGoal.floor,
    )
  })
})
