import type { FencingToken } from '@bulkhead/vocabulary'
import { describe, expect, test } from 'vitest'
import { worstLoss, zoneHealth } from '../src/zone-capacity.ts'
import { type Death, SharedRecord, live } from './support/mortal.ts'
import { Scenario, type ScenarioOptions, newRelease } from './support/scenario.ts'
import { token as firstToken } from './support/simulated-fleet.ts'

interface Story {
  readonly name: string
  readonly options: ScenarioOptions & { readonly required: number }
  readonly prepare?: (scenario: Scenario) => void
  readonly ends: 'released' | 'rolled-back'
}

const errs = (scenario: Scenario): void => {
  scenario.fleet.errorRates.set(newRelease.commit, 0.5)
}
const fallsSick = (scenario: Scenario): void => {
  let changes = 0
  scenario.fleet.onChange = () => {
    if ((changes += 1) === 8) scenario.fleet.sick.add(newRelease.commit)
  }
}

const mustSurge = { regions: { eu: { a: 2, b: 2, c: 2 } }, required: 4, surge: 1 }

const STORIES: readonly Story[] = [
  { name: 'a good release', options: { required: 4 }, ends: 'released' },
  {
    name: 'a good release, one unit at a time',
    options: { required: 5, seed: 2 },
    ends: 'released',
  },
  {
    name: 'unequal zones',
    options: { regions: { eu: { a: 1, b: 4, c: 3, d: 2 } }, required: 5, seed: 3 },
    ends: 'released',
  },
  {
    name: 'zones that must surge',
    options: { ...mustSurge, seed: 4 },
    ends: 'released',
  },
  {
    name: 'zones that must surge to go back',
    options: { ...mustSurge, seed: 7 },
    prepare: errs,
    ends: 'rolled-back',
  },
  {
    name: 'a release that errs',
    options: { required: 4, seed: 5 },
    prepare: errs,
    ends: 'rolled-back',
  },
  {
    name: 'a release that falls sick in the second zone',
    options: { required: 5, seed: 6 },
    prepare: fallsSick,
    ends: 'rolled-back',
  },
]

/** Everything that must be true whenever somebody looks, and at the end. */
async function survive(story: Story, deaths: readonly Death[]): Promise<string[]> {
  const scenario = new Scenario(story.options)
  const record = new SharedRecord()
  let lowest = Number.POSITIVE_INFINITY
  story.prepare?.(scenario)
  const before = scenario.fleet.onChange
  scenario.fleet.onChange = () => {
    before()
    const own = scenario.fleet.units
    lowest = Math.min(lowest, worstLoss(zoneHealth({ units: own, traffic: [] })).healthy)
  }
  let token = firstToken
  const ends: string[] = []
  for (const death of [...deaths, undefined]) {
    const ended = await live(scenario, record, token, death)
    ends.push(ended === 'killed' ? 'killed' : ended.result)
    if (ended !== 'killed') break
    // A successor reads the record first: what has ended is not begun again.
    const end = record.events.find((event) => event.kind === 'finished')
    if (end) {
      ends.push(end.result)
      break
    }
    token = (token + 1) as FencingToken
  }
  expect(lowest).toBeGreaterThanOrEqual(story.options.required)
  const finished = record.events.filter(({ kind }) => kind === 'finished')
  expect(finished).toHaveLength(1)
  expect(finished[0]).toMatchObject({ result: ends.at(-1) })
  expect(scenario.fleet.units.some(({ surplus }) => surplus)).toBe(false)
  const wanted = ends.at(-1) === 'released' ? 'b' : 'a'
  expect(new Set(scenario.versions())).toEqual(new Set([wanted]))
  return ends
}

async function lengthOf(story: Story): Promise<Record<'append' | 'call', number>> {
  const scenario = new Scenario(story.options)
  const record = new SharedRecord()
  story.prepare?.(scenario)
  let calls = 0
  scenario.fleet.onCall = () => (calls += 1)
  const ended = await live(scenario, record, firstToken)
  expect(ended).toMatchObject({ result: story.ends })
  return { append: record.appends.length, call: calls }
}

describe('a process is killed, and a successor finds out where the fleet stands', () => {
  test.each(STORIES)(
    '$name: at every journal write, before and after it is on record',
    async (story) => {
      const { append } = await lengthOf(story)
      expect(append).toBeGreaterThan(3)
      let killed = 0
      for (let at = 0; at < append; at += 1) {
        for (const side of ['before', 'after'] as const) {
          const ends = await survive(story, [{ what: 'append', at, side }])
          killed += ends[0] === 'killed' ? 1 : 0
          expect(ends.at(-1)).toBe(story.ends)
        }
      }
      expect(killed).toBe(2 * append)
    },
  )

  test.each(STORIES)(
    '$name: at every third call of the target, before and after it',
    async (story) => {
      const { call } = await lengthOf(story)
      for (let at = 0; at < call; at += 3) {
        for (const side of ['before', 'after'] as const)
          await survive(story, [{ what: 'call', at, side }])
      }
    },
  )

  test('and its successor too, twice in a row', async () => {
    const [story] = STORIES
    if (!story) throw new Error('there are stories')
    for (let first = 1; first < 9; first += 2) {
      for (let second = 0; second < 6; second += 2) {
        const ends = await survive(story, [
          { what: 'append', at: first, side: 'after' },
          { what: 'append', at: second, side: 'before' },
          { what: 'append', at: 1, side: 'after' },
        ])
        expect(ends.slice(0, 2)).toEqual(['killed', 'killed'])
      }
    }
  })
})
