import { fencingToken } from '@bulkhead/vocabulary'
import { describe, expect, test } from 'vitest'
import { type RolloutResult, runPipeline, runRollout, wholeResult } from '../src/index.ts'
import { Scenario, newRelease } from './support/scenario.ts'

const twoRegions = { eu: { a: 2, b: 2, c: 2 }, us: { a: 2, b: 2, c: 2 } }

interface Log {
  readonly region: string
  readonly what: string
  readonly at: number
}

/** Both regions of one scenario, side by side on one clock, each with its own journal. */
async function rollOut(
  scenario: Scenario,
  lane: 'standard' | 'hotfix' = 'standard',
): Promise<{ readonly log: Log[]; readonly results: ReadonlyMap<string, RolloutResult> }> {
  const log: Log[] = []
  const results = await scenario.clock.drive(
    runPipeline({
      regions: scenario.regions,
      lane,
      run: (region, { onFirstJudged, abort }) => {
        const note = (what: string) => log.push({ region, what, at: scenario.clock.monotonic() })
        note('begin')
        return scenario
          .begin({
            region,
            abort,
            onFirstJudged: () => {
              note('first judged')
              onFirstJudged()
            },
          })
          .then((ended) => {
            note(ended.result)
            return ended
          })
      },
    }),
  )
  return { log, results }
}

const timeOf = (log: readonly Log[], region: string, what: string): number =>
  log.find((each) => each.region === region && each.what === what)?.at ?? Number.NaN

describe('regions', () => {
  test('the next begins when the first bake of the one before is judged, and both run side by side', async () => {
    const scenario = new Scenario({ regions: twoRegions, required: 6 })
    const { log, results } = await rollOut(scenario)
    expect(wholeResult(results)).toEqual({ result: 'released', findings: [] })
    expect(timeOf(log, 'us', 'begin')).toBeGreaterThanOrEqual(timeOf(log, 'eu', 'first judged'))
    expect(timeOf(log, 'us', 'begin')).toBeLessThan(timeOf(log, 'eu', 'released'))
    expect(new Set(scenario.versions())).toEqual(new Set(['b']))
  })

  test('a release that is bad in the first never reaches the second', async () => {
    const scenario = new Scenario({ regions: twoRegions, required: 6 })
    scenario.fleet.errorRates.set(newRelease.commit, 0.5)
    const { log, results } = await rollOut(scenario)
    expect([...results.keys()]).toEqual(['eu'])
    expect(log.map(({ region }) => region)).not.toContain('us')
    expect(scenario.fleet.applied.every(({ region }) => region === 'eu')).toBe(true)
  })

  test('one that fails sends those under way back', async () => {
    const scenario = new Scenario({ regions: twoRegions, required: 6 })
    const apply = scenario.fleet.apply.bind(scenario.fleet)
    scenario.fleet.apply = (stage, ...rest) =>
      stage.region === 'us'
        ? Promise.resolve({ kind: 'failed', unit: null, reason: 'out of quota' })
        : apply(stage, ...rest)
    const { results } = await rollOut(scenario)
    expect([...results.values()].map(({ result }) => result)).toEqual([
      'rolled-back',
      'rolled-back',
    ])
    expect(wholeResult(results).findings.map(({ code }) => code)).toContain('rollout/aborted')
    expect(new Set(scenario.versions())).toEqual(new Set(['a']))
  })

  test('hotfix lane: all others together once the first canary is judged', async () => {
    const regions = { ...twoRegions, ap: { a: 2, b: 2, c: 2 } }
    const scenario = new Scenario({ regions, required: 9, lane: 'hotfix' })
    const { log } = await rollOut(scenario, 'hotfix')
    const judged = timeOf(log, 'eu', 'first judged')
    expect(timeOf(log, 'us', 'begin')).toBe(judged)
    expect(timeOf(log, 'ap', 'begin')).toBe(judged)
  })

  test('a cancel pauses all of them', async () => {
    const scenario = new Scenario({ regions: twoRegions, required: 6 })
    scenario.fleet.onCall = () => {
      if (scenario.fleet.applied.some(({ region }) => region === 'us')) scenario.stop.abort()
    }
    const { results } = await rollOut(scenario)
    expect(wholeResult(results).result).toBe('paused')
    expect(scenario.versions().every((version) => !version.startsWith('!'))).toBe(true)
  })
})

test('a region that the plan does not have is a mistake of the caller', async () => {
  const planning = await new Scenario().plan()
  if (planning.kind === 'refused') throw new Error('refused')
  const scenario = new Scenario()
  await expect(
    runRollout({
      plan: planning.plan,
      region: 'us',
      target: scenario.fleet,
      token: fencingToken(7),
      journal: {
        record: () => Promise.resolve({ standing: null }),
        signOfLife: () => Promise.resolve({ standing: null }),
        standing: () => Promise.resolve({ standing: null }),
      },
      clock: scenario.clock,
      signal: scenario.stop.signal,
    }),
  ).rejects.toThrow('no region us')
})
