import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { type FleetSample, LiveView, type ViewOptions, renderPlan, viewLine } from '../src/index.ts'
import { Scenario, newRelease } from './support/scenario.ts'

async function samplesOf(scenario: Scenario): Promise<FleetSample[]> {
  await scenario.run()
  return scenario.progress.flatMap((each) => (each.kind === 'sample' ? [each.sample] : []))
}

test('a plan shows zones, waves and the reason for every number', async () => {
  const planning = await new Scenario().plan()
  if (planning.kind === 'refused') throw new Error('refused')
  const text = renderPlan(planning.plan)
  const numbers = planning.plan.regions
    .flatMap(({ waves }) => waves)
    .map((wave) => `${wave.bake?.requestsNeeded}`)
  for (const number of numbers) expect(text).toContain(number)
  expect(text).toContain('without eu/b: 9 − 3 = 6 healthy, minus 4 required leaves 2')
  expect(text).toMatch(/^eu\/a {2}■+░+■+░+·+$/m)
  expect(text).toMatch(/^eu\/c {2}·+■+░+$/m)
  expect(text).toMatch(/^critical path {2}0\.\d min at most/m)
  expect(text.split('\n').every((line) => line === line.trimEnd())).toBe(true)
})

const viewSample = (sample: FleetSample, options: ViewOptions): readonly string[] => {
  const live = new LiveView()
  live.hear({ kind: 'sample', sample })
  return live.lines(options)
}

describe('the live view', () => {
  test('shows rates of the last seconds, counts since the start, and what a bake waits for', async () => {
    const scenario = new Scenario()
    const live = new LiveView()
    const seen: string[] = []
    await scenario.run({
      onProgress(progress) {
        if (live.hear(progress)) seen.push(live.lines({ width: 120, colour: false }).join('\n'))
      },
    })
    const baking = seen.find((text) => text.includes('bake  '))
    expect(baking).toMatch(/^bake {14}not yet: .*\d+ of \d+ requests seen/m)
    expect(baking).toMatch(
      /^new bbbbbbbb {6}\d+\/s, 0 % errors; \d+ requests since the start, 0 failed$/m,
    )
    expect(seen.at(-1)).toContain('3/3 healthy, 3 new')
    expect(seen.at(-1)).not.toContain('bake  ')
  })

  test('shows all regions, each as it was last seen', async () => {
    const live = new LiveView()
    for (const regions of [{ eu: { a: 3, b: 3, c: 3 } }, { us: { a: 3, b: 3, c: 3 } }])
      await new Scenario({ regions }).run({ onProgress: (progress) => void live.hear(progress) })
    const text = live.lines({ width: 80, colour: false }).join('\n')
    for (const place of ['eu/a', 'eu/c', 'us/a', 'us/c']) expect(text).toContain(place)
  })

  test('shows the batch that is out, the capacity left and both releases', async () => {
    const samples = await samplesOf(new Scenario())
    const during = samples.find((sample) =>
      sample.zones[1]?.units.some((unit) => unit.health === 'draining'),
    )
    if (!during) throw new Error('no sample during a batch')
    const lines = viewSample(during, { width: 80, colour: false })
    expect(lines).toContain('eu/a              ███  3/3 healthy, 3 new')
    expect(lines).toContain('eu/b              ◌◌░  1/3 healthy, 0 new')
    expect(lines).toContain('capacity          4 ≥ 4 required with eu/a gone')
  })

  test('shows units that a surge added, and a zone that gets no traffic', async () => {
    const tight = { regions: { eu: { a: 2, b: 2, c: 2 } }, required: 4, surge: 1 }
    const surged = (await samplesOf(new Scenario(tight))).find((sample) =>
      sample.zones[0]?.units.some(({ surplus, health }) => surplus && health === 'healthy'),
    )
    const scenario = new Scenario({ required: 2 })
    scenario.fleet.shifted.add('eu/c')
    const [away] = await samplesOf(scenario)
    if (!surged || !away) throw new Error('no sample')
    const lines = viewSample(surged, { width: 80, colour: false })
    expect(lines).toContain('eu/a              ░░░  3/3 healthy, 0 new, 1 by surge')
    expect(viewSample(away, { width: 80, colour: false })).toContain(
      'eu/c              ░░░  shifted away: no traffic, 0 new',
    )
  })

  test('is never wider than the terminal, coloured or not', async () => {
    const samples = await samplesOf(
      new Scenario({
        regions: { 'a-region-with-a-long-name': { 'and-a-zone': 40, b: 40, c: 40 } },
        required: 70,
      }),
    )
    for (const sample of [samples[0], samples.at(-1)]) {
      if (!sample) throw new Error('no sample')
      const plain = viewSample(sample, { width: 40, colour: false })
      expect(Math.max(...plain.map((line) => Array.from(line).length))).toBeLessThanOrEqual(40)
      const coloured = viewSample(sample, { width: 40, colour: true })
      expect(coloured.join('\n')).toContain('\u001B[')
      expect(coloured.map((line) => stripVTControlCharacters(line).trimEnd())).toEqual(plain)
    }
  })

  test('a name from outside cannot command the terminal', async () => {
    const [sample] = await samplesOf(
      new Scenario({ regions: { eu: { '\u001B[2Ja': 3, b: 3, c: 3 } } }),
    )
    if (!sample) throw new Error('no sample')
    expect(viewSample(sample, { width: 80, colour: false }).join('')).not.toContain('\u001B')
  })
})

test('piped, every event is one line', async () => {
  const scenario = new Scenario()
  scenario.fleet.errorRates.set(newRelease.commit, 0.5)
  await scenario.run()
  const lines = scenario.progress.map(viewLine)
  expect(lines.every((line) => /^\d\d:\d\d:\d\d \S+ +\S/.test(line) && !line.includes('\n'))).toBe(
    true,
  )
  expect(lines.at(-1)).toMatch(
    /finished rolled-back \[rollout\/canary-failed\] wave canary: new release: \d+ of \d+/,
  )
})
