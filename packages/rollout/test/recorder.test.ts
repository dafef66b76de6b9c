import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type FleetSample, RolloutRecorder, renderRolloutPage } from '../src/index.ts'
import { Scenario, newRelease } from './support/scenario.ts'

const sample = (at: number, afterWorstLoss: number, units = 3): FleetSample => ({
  at,
  phase: 'canary',
  release: newRelease.commit,
  required: 4,
  healthy: afterWorstLoss + units,
  afterWorstLoss,
  worstZone: 'eu/a',
  traffic: [{ version: newRelease.commit, requests: at, errors: 0 }],
  zones: [
    {
      region: 'eu',
      zone: 'a',
      healthy: units,
      total: units,
      units: Array.from({ length: units }, (_, id) => ({
        id: `u${id}` as never,
        version: newRelease.commit,
        health: 'healthy',
      })),
    },
  ],
})

test('a long rollout is kept in few samples, and its worst moment and its end are among them', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5_000 }),
      fc.nat(4_999),
      fc.integer({ min: -5, max: 3 }),
      (count, worstAt, least) => {
        const recorder = new RolloutRecorder()
        for (let at = 0; at < count; at += 1)
          recorder.hear({ kind: 'sample', sample: sample(at, at === worstAt ? least : 6) })
        const { samples } = recorder.heard
        expect(samples.length).toBeLessThanOrEqual(602)
        expect(samples.map(({ at }) => at)).toEqual(
          samples.map(({ at }) => at).toSorted((a, b) => a - b),
        )
        expect(samples.at(-1)?.at).toBe(count - 1)
        expect(samples.some(({ afterWorstLoss }) => afterWorstLoss === least)).toBe(worstAt < count)
      },
    ),
    { numRuns: 50 },
  )
})

test('a large fleet is kept as how many units are alike, and drawn the same', () => {
  const recorder = new RolloutRecorder()
  recorder.hear({ kind: 'sample', sample: sample(0, 6, 100_000) })
  recorder.hear({ kind: 'sample', sample: sample(10_000, 6, 100_000) })
  const [kept] = recorder.heard.samples
  expect(kept?.zones[0]?.units).toMatchObject([{ health: 'healthy', count: 100_000 }])
  const page = renderRolloutPage({
    title: 'large',
    verdict: { tone: 'good', text: 'released' },
    ...recorder.heard,
  })
  expect(page).toContain('class="unit v0"')
  expect(page).not.toMatch(/NaN|undefined/)
})

test('batches beyond counting are counted; judgements are all kept', () => {
  const recorder = new RolloutRecorder()
  for (let at = 0; at < 2_500; at += 1)
    recorder.hear({
      kind: 'decision',
      decision: { at, kind: 'batch', tone: 'plain', text: `placed u${at}`, findings: [] },
    })
  recorder.hear({
    kind: 'decision',
    decision: { at: 2_500, kind: 'finished', tone: 'good', text: 'released', findings: [] },
  })
  const { decisions, omitted } = recorder.heard
  expect([decisions.length, omitted, decisions.at(-1)?.kind]).toEqual([2_001, 500, 'finished'])
})

test('what is said of each wave while it bakes is heard, and its last word stays', async () => {
  const recorder = new RolloutRecorder()
  await new Scenario().run({ onProgress: recorder.hear })
  const { bakes = [] } = recorder.heard
  expect(bakes.map(({ wave, kind }) => `${wave}: ${kind}`)).toEqual([
    'canary: good',
    'rest of zone a: good',
    'zone b: good',
    'zone c: good',
  ])
  expect(bakes[0]?.traffic.control.requests).toBeGreaterThan(0)
})
