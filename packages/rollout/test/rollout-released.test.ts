import { expect, test } from 'vitest'
import { Scenario, newRelease } from './support/scenario.ts'

test('a good release reaches every unit, wave by wave, and every wave is judged', async () => {
  const scenario = new Scenario()
  expect(await scenario.run()).toEqual({ result: 'released', findings: [] })
  expect(scenario.versions()).toEqual(Array.from({ length: 9 }, () => 'b'))
  const judged = scenario.events.filter((event) => event.kind === 'wave-judged')
  expect(judged.map((event) => event.decision)).toEqual(['go-on', 'go-on', 'go-on', 'go-on'])
  expect(scenario.fleet.requests.get(newRelease.commit)).toBeGreaterThan(0)
})
