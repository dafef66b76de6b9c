import { describe, expect, test } from 'vitest'
import { planBake } from '../src/plan/bake.ts'
import type { TrafficCount } from '../src/index.ts'
import { judgeBake } from '../src/judgement.ts'
import { bakeGoal, newRelease, oldRelease } from './support/scenario.ts'

type Counts = readonly [requests: number, errors: number]

function judge(
  canary: Counts,
  control: Counts,
  { elapsedMs = 5_000, share = 1 / 9, start = [] as TrafficCount[] } = {},
) {
  const bake = planBake(bakeGoal, share)
  if (!bake) throw new Error('no bake')
  const now = [
    { version: newRelease.commit, requests: canary[0], errors: canary[1] },
    { version: oldRelease.commit, requests: control[0], errors: control[1] },
  ]
  return judgeBake({ bake, release: newRelease.commit, start, now, elapsedMs })
}

test('good needs both: enough requests and no evidence', () => {
  expect(judge([110, 0], [890, 1]).kind).toBe('good')
  expect(judge([20, 0], [160, 0]).kind).toBe('not-yet')
})

test('errors of the canary alone convict it, long before the deadline', () => {
  const judgement = judge([20, 5], [160, 0], { elapsedMs: 500 })
  expect(judgement.kind).toBe('bad')
  expect(judgement.why).toContain('5 of 20 requests failed, 25 %')
})

describe('no data is not healthy', () => {
  test('too few requests at the deadline', () => {
    const judgement = judge([20, 0], [160, 0], { elapsedMs: bakeGoal.deadline })
    expect(judgement.kind).toBe('inconclusive')
    expect(judgement.why).toMatch(/20 of \d+ requests seen/)
  })

  test('no requests at all', () =>
    expect(judge([0, 0], [160, 0], { elapsedMs: bakeGoal.deadline }).kind).toBe('inconclusive'))
  test('no control', () =>
    expect(judge([500, 0], [0, 0], { elapsedMs: bakeGoal.deadline }).kind).toBe('inconclusive'))

  test('counters that went backwards', () => {
    const start = [{ version: newRelease.commit, requests: 1_000, errors: 0 }]
    expect(judge([500, 0], [890, 0], { start }).kind).toBe('not-yet')
  })

  test('counters that disappeared', () => {
    const start = [{ version: 'c'.repeat(40) as typeof newRelease.commit, requests: 1, errors: 0 }]
    expect(judge([500, 0], [890, 0], { start }).kind).toBe('not-yet')
  })

  test('more errors than requests', () => expect(judge([500, 501], [890, 0]).kind).toBe('not-yet'))
})

test('what happened before the bake does not count', () => {
  const start = [{ version: newRelease.commit, requests: 50, errors: 50 }]
  expect(judge([250, 50], [1_600, 0], { start }).kind).toBe('good')
})

test('an outage of both arms is not blamed on the canary, and is no reason to go on either', () => {
  expect(judge([110, 60], [890, 480]).kind).toBe('not-yet')
  expect(judge([110, 60], [890, 480], { elapsedMs: bakeGoal.deadline }).kind).toBe('inconclusive')
  expect(judge([110, 60], [890, 0]).kind).toBe('bad')
})

test('the floor is waited for', () => {
  expect(judge([110, 0], [890, 0], { elapsedMs: bakeGoal.floor - 1 }).kind).toBe('not-yet')
})

describe('when the whole fleet is new, the rate itself is judged', () => {
  const whole = { share: 1 }
  test('a low rate passes', () => expect(judge([2_000, 3], [0, 0], whole).kind).toBe('good'))
  test('the rate to detect convicts', () =>
    expect(judge([500, 100], [0, 0], whole).kind).toBe('bad'))
  test('too few requests are waited for', () =>
    expect(judge([20, 0], [0, 0], whole).kind).toBe('not-yet'))
})
