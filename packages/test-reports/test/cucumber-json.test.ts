import { describe, expect, it } from 'vitest'
import { type Bypass, describeBypasses } from './support/bypass.ts'
import { describeDamage } from './support/damage.ts'
import { codes, passes, read } from './support/reading.ts'

const result = (status: string, more: object = {}) => ({ status, duration: 1, ...more })
const step = (status: string, more: object = {}) => ({
  keyword: 'Given ',
  line: 4,
  name: 'tenant B has a row',
  match: { location: 'steps.rb:1' },
  result: result(status),
  ...more,
})
const hook = (status: string) => ({ match: { location: 'hooks.rb:1' }, result: result(status) })
const scenario = (name: string, steps: readonly object[], more: object = {}) => ({
  id: `tenant;${name}`,
  type: 'scenario',
  keyword: 'Scenario',
  name,
  description: '',
  line: 3,
  steps,
  ...more,
})
const background = (...steps: object[]) =>
  scenario('', steps, { type: 'background', keyword: 'Background' })
const feature = (...elements: object[]) => ({
  uri: 'features/tenant.feature',
  id: 'tenant',
  keyword: 'Feature',
  name: 'Tenant',
  description: '',
  line: 1,
  tags: [],
  elements,
})
const report = (...elements: object[]) => JSON.stringify([feature(...elements)])
const good = report(scenario('a', [step('passed'), step('passed')]))

const stepThat = (status: string, because: string): Bypass => ({
  line: 'C69',
  shows: `a step that is ${status}`,
  blocks: report(scenario('a', [step('passed'), step(status)])),
  passes: good,
  because,
})
const hooked = (shows: string, make: (status: string) => object): Bypass => ({
  line: 'C69',
  shows,
  blocks: report(make('failed')),
  passes: report(make('passed')),
  because: 'failed',
})

const behaveStep = (status?: string) => ({
  step_type: 'given',
  name: 'a row',
  keyword: 'Given',
  location: 'features/t.feature:4',
  ...(status === undefined ? {} : { result: result(status) }),
})
const behave = (status: string, element: string, steps: readonly object[], first = {}) =>
  JSON.stringify([
    {
      keyword: 'Feature',
      name: 'T',
      tags: [],
      location: 'features/t.feature:1',
      status,
      elements: [
        {
          type: 'background',
          keyword: 'Background',
          name: '',
          location: 'f:2',
          steps: [behaveStep()],
        },
        {
          type: 'scenario',
          keyword: 'Scenario',
          name: 'a',
          tags: [],
          location: 'features/t.feature:3',
          status: element,
          steps,
          ...first,
        },
      ],
    },
  ])
const behaveGood = behave('passed', 'passed', [behaveStep('passed')])

const BYPASSES: readonly Bypass[] = [
  stepThat('failed', 'failed'),
  stepThat('undefined', 'errored'),
  stepThat('ambiguous', 'errored'),
  stepThat('pending', 'skipped'),
  stepThat('skipped', 'skipped'),
  stepThat('Passed', 'test/unknown-status'),
  stepThat('unknown', 'test/unknown-status'),
  hooked('a hook before that fails', (status) =>
    scenario('a', [step('passed')], { before: [hook(status)] }),
  ),
  hooked('a hook after that fails', (status) =>
    scenario('a', [step('passed')], { after: [hook('passed'), hook(status)] }),
  ),
  hooked('a hook behind a step that fails', (status) =>
    scenario('a', [step('passed', { after: [hook(status)] })]),
  ),
  hooked('a hidden hook among the steps that fails', (status) =>
    scenario('a', [{ keyword: 'Before', hidden: true, result: result(status) }, step('passed')]),
  ),
  {
    line: 'C69',
    shows: 'a step without a result',
    blocks: report(scenario('a', [step('passed'), { keyword: 'Then ', name: 'x', line: 5 }])),
    passes: report(
      scenario('a', [
        step('passed'),
        { keyword: 'Then ', name: 'x', line: 5, result: result('passed') },
      ]),
    ),
    because: 'test/unknown-status',
  },
  {
    line: 'C69',
    shows: 'a background that fails before a scenario that passes',
    blocks: report(background(step('failed')), scenario('a', [step('passed')])),
    passes: report(background(step('passed')), scenario('a', [step('passed')])),
    because: 'failed',
  },
  {
    line: 'C69',
    shows: 'a background that fails behind all scenarios',
    blocks: report(scenario('a', [step('passed')]), background(step('failed'))),
    passes: report(background(step('passed')), scenario('a', [step('passed')])),
    because: 'test/suite-error',
  },
  {
    line: 'C69',
    shows: 'a background whose scenario is gone',
    blocks: report(scenario('a', [step('passed')]), background(step('passed'))),
    passes: report(background(step('passed')), scenario('a', [step('passed')])),
    because: 'test/incomplete',
  },
  {
    line: 'C69',
    shows: 'one row of an outline that fails',
    blocks: report(
      scenario('a', [step('passed')], { keyword: 'Scenario Outline', line: 8 }),
      scenario('a', [step('failed')], { keyword: 'Scenario Outline', line: 9 }),
    ),
    passes: report(
      scenario('a', [step('passed')], { keyword: 'Scenario Outline', line: 8 }),
      scenario('a', [step('passed')], { keyword: 'Scenario Outline', line: 9 }),
    ),
    because: 'failed',
  },
  {
    line: 'A13',
    shows: 'a scenario that fails, then passes on another try',
    blocks: report(scenario('a', [step('failed')]), scenario('a', [step('passed')])),
    passes: report(scenario('a', [step('passed')]), scenario('b', [step('passed')])),
    because: 'duplicate',
  },
  {
    line: 'A6',
    shows: 'a step that passed with an error',
    blocks: report(
      scenario('a', [step('passed', { result: result('passed', { error_message: 'leak' }) })]),
    ),
    passes: report(scenario('a', [step('passed', { result: result('passed', {}) })])),
    because: 'test/counter-mismatch',
  },
  {
    line: 'A14',
    shows: 'a scenario without a name',
    blocks: report(scenario('', [step('passed')])),
    passes: good,
    because: 'test/unnamed',
  },
  {
    line: 'B48',
    shows: 'a scenario without steps',
    blocks: report(
      scenario('a', [step('passed')]),
      scenario('b', [], { before: [hook('passed')] }),
    ),
    passes: report(scenario('a', [step('passed')]), scenario('b', [step('passed')])),
    because: 'test/no-assertions',
  },
  {
    line: 'A17',
    shows: 'an element that is neither scenario nor background',
    blocks: report(scenario('a', [step('passed')]), scenario('b', [step('failed')], { type: 'x' })),
    passes: report(scenario('a', [step('passed')]), scenario('b', [step('passed')])),
    because: 'test/unknown-element',
  },
  {
    line: 'A17',
    shows: 'a key of a step that nobody knows',
    blocks: report(scenario('a', [step('passed', { failed: true })])),
    passes: report(scenario('a', [step('passed', { output: ['failed'] })])),
    because: 'test/unknown-attribute',
  },
  {
    line: 'A1',
    shows: 'no features',
    blocks: '[]',
    passes: good,
    because: 'test/no-tests',
  },
  {
    line: 'A1',
    shows: 'a feature without scenarios',
    blocks: report(),
    passes: good,
    because: 'test/no-tests',
  },
  {
    line: 'A19',
    shows: 'features wrapped in an object',
    blocks: `{"features":${good}}`,
    passes: good,
    because: 'test/unparseable',
  },
  {
    line: 'C74',
    shows: 'a status stated twice',
    blocks: good.replace('"status":"passed"', '"status":"failed","status":"passed"'),
    passes: good,
    because: 'test/unparseable',
  },
  {
    line: 'C69',
    shows: 'a feature of behave that failed around its scenarios',
    blocks: behave('hook_error', 'passed', [behaveStep('passed')]),
    passes: behaveGood,
    because: 'test/suite-error',
  },
  {
    line: 'C69',
    shows: 'a scenario of behave that failed around its steps',
    blocks: behave('failed', 'failed', [behaveStep('passed')]),
    passes: behaveGood,
    because: 'failed',
  },
  {
    line: 'C69',
    shows: 'a feature of behave without a status',
    blocks: behaveGood.replace('"status":"passed"', '"status":null'),
    passes: behaveGood,
    because: 'test/unknown-status',
  },
  {
    line: 'C69',
    shows: 'a scenario of behave that never ran',
    blocks: behave('passed', 'untested', [behaveStep()]),
    passes: behaveGood,
    because: 'skipped',
  },
  {
    line: 'C69',
    shows: 'a step of behave that never ran',
    blocks: behave('passed', 'passed', [behaveStep('passed'), behaveStep()]),
    passes: behave('passed', 'passed', [behaveStep('passed'), behaveStep('passed')]),
    because: 'skipped',
  },
]

describeBypasses('cucumber-json', BYPASSES)
describeDamage(
  'cucumber-json',
  report(
    background(step('passed')),
    scenario('a', [step('passed')]),
    background(step('passed')),
    scenario('leak/é', [step('failed')]),
  ),
)

describe('cucumber-json', () => {
  it('names scenarios by file and feature, and rows of outlines by their order', async () => {
    const row = (line: number) => scenario('a', [step('passed')], { line })
    const { cases } = await read(report(row(8), row(9), row(7)), { format: 'cucumber-json' })
    expect(cases.map(({ id }) => id)).toEqual(
      ['a', 'a (2)', 'a (3)'].map((name) => ({
        file: 'features/tenant.feature',
        className: 'Tenant',
        name,
      })),
    )
  })

  it('tells the worst of a scenario', async () => {
    const failing = step('failed', { result: result('failed', { error_message: 'row of B' }) })
    const text = report(scenario('a', [step('skipped'), failing, step('skipped')]))
    const { cases } = await read(text, { format: 'cucumber-json' })
    expect(cases.map(({ status, detail }) => [status, detail])).toEqual([['failed', 'row of B']])
  })

  it('refuses a report that is larger than its limit, and takes one that is not', async () => {
    const bytes = Buffer.byteLength(good)
    const sized = async (limit: number) => {
      const sizedReport = await read(good, { format: 'cucumber-json', limits: { bytes: limit } })
      return [passes(sizedReport), codes(sizedReport)]
    }
    expect(await sized(bytes)).toEqual([true, []])
    expect(await sized(bytes - 1)).toEqual([false, ['test/too-large']])
  })
})
