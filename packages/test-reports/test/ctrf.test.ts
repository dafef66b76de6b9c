import { describe, expect, it } from 'vitest'
import { type Bypass, describeBypasses } from './support/bypass.ts'
import { describeDamage } from './support/damage.ts'
import { codes, read } from './support/reading.ts'

const none = { tests: 0, passed: 0, failed: 0, skipped: 0, pending: 0, other: 0, start: 1, stop: 2 }
const one = { ...none, tests: 1, passed: 1 }
const passed = { name: 'a', status: 'passed', duration: 1 }
const ctrf = (tests: readonly object[] = [passed], summary: object = one, more: object = {}) =>
  JSON.stringify({
    reportFormat: 'CTRF',
    specVersion: '0.0.0',
    results: { tool: { name: 'jest' }, summary, tests, ...more },
  })
const testWith = (line: string, shows: string, fields: object, because: string): Bypass => ({
  line,
  shows,
  blocks: ctrf([{ ...passed, ...fields }]),
  passes: ctrf([{ ...passed, flaky: false, retries: 0, rawStatus: 'passed', extra: { a: 1 } }]),
  because,
})
const status = (name: string, because: string): Bypass => ({
  line: 'A17',
  shows: `the status ${name}`,
  blocks: ctrf([{ ...passed, status: name }], { ...none, tests: 1, [name]: 1 }),
  passes: ctrf(),
  because,
})
const counter = (name: string, count: number | undefined): Bypass => ({
  line: 'A7',
  shows: `a summary whose ${name} is ${count}`,
  blocks: ctrf([passed], { ...one, [name]: count }),
  passes: ctrf([passed], { ...one, flaky: 0, suites: 1 }),
  because: 'test/counter-mismatch',
})

const BYPASSES: readonly Bypass[] = [
  status('failed', 'failed'),
  status('skipped', 'skipped'),
  status('pending', 'skipped'),
  status('other', 'errored'),
  status('Passed', 'test/unknown-status'),
  counter('tests', 2),
  counter('passed', 0),
  counter('failed', 1),
  counter('other', undefined),
  counter('flaky', 1),
  testWith('B47', 'a test that was tried again', { retries: 1 }, 'flaky'),
  testWith('B47', 'a flaky test', { flaky: true }, 'flaky'),
  testWith('B47', 'a test with attempts', { retryAttempts: [{ status: 'failed' }] }, 'flaky'),
  testWith('A9', 'a failing step', { steps: [{ name: 's', status: 'failed' }] }, 'failed'),
  testWith('A9', 'a step without a status', { steps: [{ name: 's' }] }, 'test/unknown-status'),
  testWith('A17', 'another word of the runner', { rawStatus: 'xfail' }, 'test/unknown-status'),
  testWith('A17', 'an unknown key', { outcome: 'failed' }, 'test/unknown-attribute'),
  testWith('A14', 'a test without a name', { name: undefined }, 'test/unnamed'),
  testWith('A17', 'a status that is no text', { status: ['passed'] }, 'test/unparseable'),
  {
    line: 'A13',
    shows: 'one id failing, then passing',
    blocks: ctrf([{ ...passed, status: 'failed' }, passed], { ...one, tests: 2, failed: 1 }),
    passes: ctrf([passed, { ...passed, suite: ['s'] }], { ...one, tests: 2, passed: 2 }),
    because: 'duplicate',
  },
  {
    line: 'A1',
    shows: 'no tests',
    blocks: ctrf([], none),
    passes: ctrf(),
    because: 'test/no-tests',
  },
  {
    line: 'A8',
    shows: 'an environment that was not healthy',
    blocks: ctrf([passed], one, { environment: { healthy: false } }),
    passes: ctrf([passed], one, { environment: { healthy: true } }),
    because: 'test/suite-error',
  },
  {
    line: 'A19',
    shows: 'another format',
    blocks: ctrf().replace('CTRF', 'XTRF'),
    passes: ctrf(),
    because: 'test/unknown-attribute',
  },
  {
    line: 'C74',
    shows: 'a status stated twice',
    blocks: ctrf().replace('"status":', '"status":"failed","status":'),
    passes: ctrf(),
    because: 'test/unparseable',
  },
  {
    line: 'C74',
    shows: 'two documents',
    blocks: ctrf() + ctrf(),
    passes: `${ctrf()}\n`,
    because: 'test/unparseable',
  },
  {
    line: 'D77',
    shows: 'bytes that are not UTF-8',
    blocks: Buffer.from(ctrf([{ ...passed, name: 'é' }]), 'latin1'),
    passes: ctrf([{ ...passed, name: 'é' }]),
    because: 'test/bad-encoding',
  },
]

describeBypasses('ctrf', BYPASSES)
describeDamage(
  'ctrf',
  ctrf([passed, { ...passed, name: 'é', status: 'failed', message: 'leak' }], {
    ...one,
    tests: 2,
    failed: 1,
  }),
)

describe('ctrf', () => {
  it('tells tests apart by file and suites', async () => {
    const test = { ...passed, filePath: 'a.ts', suite: ['s', 't'] }
    const { cases } = await read(ctrf([test]), { format: 'ctrf' })
    expect(cases).toEqual([
      { id: { file: 'a.ts', className: 's › t', name: 'a' }, status: 'passed', detail: '' },
    ])
  })

  it('refuses what is nested too deep, and takes what is not', async () => {
    const limits = { depth: 6 }
    const nested = ctrf([{ ...passed, extra: { a: { b: 1 } } }])
    const report = await read(nested, { format: 'ctrf', limits })
    expect(codes(report)).toEqual([])
    expect(codes(await read(nested, { format: 'ctrf', limits: { depth: 5 } }))).toEqual([
      'test/too-deep',
    ])
  })
})
