import { describe, expect, it } from 'vitest'
import { type Bypass, describeBypasses } from './support/bypass.ts'
import { describeCorpusCuts } from './support/corpus-cuts.ts'
import { describeCorpus } from './support/corpus-totals.ts'
import { describeDamage } from './support/damage.ts'
import { read } from './support/reading.ts'

const example = (name: string, status: string, more: object = {}) => ({
  id: './spec/tenant_spec.rb[1:1]',
  description: name,
  full_description: `Tenant ${name}`,
  status,
  file_path: './spec/tenant_spec.rb',
  line_number: 3,
  run_time: 0.1,
  pending_message: null,
  ...more,
})
const exception = { class: 'RuntimeError', message: 'row of tenant B', backtrace: ['a.rb:1'] }
const a = example('a', 'passed')
const b = example('b', 'passed')

interface Counts {
  readonly failed?: number
  readonly pending?: number
  readonly outside?: number
  readonly line?: string
}
function report(examples: readonly object[], counts: Counts = {}, more: object = {}): string {
  const { failed = 0, pending = 0, outside = 0 } = counts
  const parts = [
    `${examples.length} examples, ${failed} failures`,
    ...(pending > 0 ? [`${pending} pending`] : []),
    ...(outside > 0 ? [`${outside} errors occurred outside of examples`] : []),
  ]
  const summary = {
    duration: 0.2,
    example_count: examples.length,
    failure_count: failed,
    pending_count: pending,
    errors_outside_of_examples_count: outside,
  }
  const { line = parts.join(', ') } = counts
  return JSON.stringify({ version: '3.13.0', ...more, examples, summary, summary_line: line })
}
const good = report([a, b])

const BYPASSES: readonly Bypass[] = [
  {
    line: 'C62',
    shows: 'an error outside of examples',
    blocks: report([a, b], { outside: 1 }),
    passes: good,
    because: 'test/suite-error',
  },
  {
    line: 'C62',
    shows: 'an error outside of examples that only the sentence counts',
    blocks: report([a, b], {
      line: '2 examples, 0 failures, 1 error occurred outside of examples',
    }),
    passes: report([a, b], { line: '2 examples, 0 failures' }),
    because: 'test/counter-mismatch',
  },
  {
    line: 'C62',
    shows: 'a hook that fails and is not counted',
    blocks: report([a, b], {}, { messages: ['\nAn error occurred in an `after(:context)` hook.'] }),
    passes: report([a, b], {}, { messages: ['Randomized with seed 1'] }),
    because: 'test/suite-error',
  },
  {
    line: 'C62',
    shows: 'a summary that cannot count errors outside of examples',
    blocks: good.replace(',"errors_outside_of_examples_count":0', ''),
    passes: good,
    because: 'test/unparseable',
  },
  {
    line: 'A4',
    shows: 'a pending example',
    blocks: report([a, example('b', 'pending', { pending_message: 'xit' })], { pending: 1 }),
    passes: good,
    because: 'skipped',
  },
  {
    line: 'A4',
    shows: 'an example that passed, but says why it is pending',
    blocks: report([a, example('b', 'passed', { pending_message: 'xit' })]),
    passes: good,
    because: 'skipped',
  },
  {
    line: 'A6',
    shows: 'a failing example that the summary lacks',
    blocks: report([a, example('b', 'failed', { exception })]),
    passes: good,
    because: 'test/counter-mismatch',
  },
  {
    line: 'A6',
    shows: 'an example that passed with an exception',
    blocks: report([a, example('b', 'passed', { exception })]),
    passes: report([a, example('b', 'passed', { exception: null })]),
    because: 'failed',
  },
  {
    line: 'A7',
    shows: 'a failure that is counted and not listed',
    blocks: report([a, b], { failed: 1 }),
    passes: good,
    because: 'test/counter-mismatch',
  },
  {
    line: 'A7',
    shows: 'more examples than are listed',
    blocks: good.replace('"example_count":2', '"example_count":3'),
    passes: good,
    because: 'test/counter-mismatch',
  },
  {
    line: 'A32',
    shows: 'a counter below zero',
    blocks: good.replace('"pending_count":0', '"pending_count":-1'),
    passes: good,
    because: 'test/counter-mismatch',
  },
  {
    line: 'A13',
    shows: 'one name failing, then passing',
    blocks: report([example('a', 'failed', { exception }), a], { failed: 1 }),
    passes: report([b, a]),
    because: 'duplicate',
  },
  {
    line: 'A14',
    shows: 'an example without a description',
    blocks: report([a, example('', 'passed', { full_description: ' ' })]),
    passes: report([a, example('b', 'passed', { full_description: '' })]),
    because: 'test/unnamed',
  },
  {
    line: 'A17',
    shows: 'a status that nobody knows',
    blocks: report([a, example('b', 'Passed')]),
    passes: good,
    because: 'test/unknown-status',
  },
  {
    line: 'A17',
    shows: 'an example that never ran',
    blocks: report([a, example('b', '')]),
    passes: good,
    because: 'test/unknown-status',
  },
  {
    line: 'A17',
    shows: 'a key of an example that nobody knows',
    blocks: report([a, example('b', 'passed', { flaky: true })]),
    passes: report([a, example('b', 'passed', {})]),
    because: 'test/unknown-attribute',
  },
  {
    line: 'A17',
    shows: 'a key of the report that nobody knows',
    blocks: report([a, b], {}, { errors: ['late'] }),
    passes: report([a, b], {}, { seed: 7 }),
    because: 'test/unknown-attribute',
  },
  {
    line: 'A1',
    shows: 'no examples',
    blocks: report([], {}, { messages: ['No examples found.'] }),
    passes: report([a], {}, { messages: ['No examples found.'] }),
    because: 'test/no-tests',
  },
  {
    line: 'C74',
    shows: 'a list of examples that another hides',
    blocks: good.replace('"examples":', '"examples":[],"examples":'),
    passes: good,
    because: 'test/unparseable',
  },
  {
    line: 'C74',
    shows: 'two reports in one file',
    blocks: `${good}${report([a], { failed: 1 })}`,
    passes: `${good}\n`,
    because: 'test/unparseable',
  },
  {
    line: 'C74',
    shows: 'output before the report',
    blocks: `connecting\n${good}`,
    passes: `\n${good}`,
    because: 'test/unparseable',
  },
  {
    line: 'D77',
    shows: 'bytes that are not UTF-8',
    blocks: Buffer.from(good.replace('Tenant a', 'Tenant é'), 'latin1'),
    passes: good.replace('Tenant a', 'Tenant é'),
    because: 'test/bad-encoding',
  },
]

describeBypasses('rspec-json', BYPASSES)
describeCorpus(
  'rspec-json',
  'RSpec JSON',
  [],
  new Map([
    ['empty/rspec-json.json', [0, 0, 0]],
    ['rspec-error-outside/rspec-json.json', [0, 0, 0]],
  ]),
)
describeCorpusCuts('rspec-json', 'RSpec JSON')
describeDamage('rspec-json', report([a, example('leak/é', 'failed', { exception })], { failed: 1 }))

describe('rspec-json', () => {
  it('names an example by its file and full description, and keeps its message', async () => {
    const failing = report([example('b', 'failed', { exception })], { failed: 1 })
    const { cases, findings } = await read(failing, { format: 'rspec-json' })
    expect(cases).toEqual([
      {
        id: { file: './spec/tenant_spec.rb', className: '', name: 'Tenant b' },
        status: 'failed',
        detail: 'row of tenant B',
      },
    ])
    expect(findings).toEqual([])
  })
})
