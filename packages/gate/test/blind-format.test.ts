import { describe, expect, it } from 'vitest'
import { CAPABILITIES, isBlindToRetries, readableFormats } from '@bulkhead/test-reports'
import { REPORT_FORMATS, type SuitePolicy } from '@bulkhead/policy'
import { showsRetries } from '../src/blind-format.ts'
import { COMMIT, SUITE, report, runEvidence, suiteEvidence } from './gate-input.ts'

function judged(
  change: Partial<SuitePolicy>,
  options: { format?: string; ran?: readonly string[] } = {},
) {
  const policy = { ...SUITE, ...change }
  const reports = [{ ...report([]), format: options.format ?? 'junit' }]
  const run = runEvidence(reports, { command: options.ran ?? policy.command })
  const evidence = suiteEvidence({ runs: [run] })
  const suite = { name: 'tenant-isolation', policy, evidence, commit: COMMIT }
  return showsRetries({ ...suite, legs: [''], cases: [] })
}

describe('a format that does not show retries', () => {
  it('blocks a mandatory suite that names no proof, and says what to write', () => {
    expect(judged({ retries: undefined })).toMatchObject([
      { code: 'gate/blind-format', remedy: expect.stringContaining('retries: { off-by:') },
    ])
    expect(judged({ retries: undefined, mandatory: false })).toEqual([])
  })

  it('passes where the runner has no retries', () => {
    expect(judged({ retries: { kind: 'none-in-runner' } })).toEqual([])
  })

  it('passes where the arguments are in the command that ran, and only there', () => {
    const retries = { kind: 'off-by', arguments: ['--retry=0'] } as const
    expect(judged({ retries })).toEqual([])
    expect(judged({ retries }, { ran: ['npm', 'test'] })).toMatchObject([
      { code: 'gate/blind-format', remedy: expect.stringContaining('add --retry=0') },
    ])
    expect(judged({ retries }, { ran: ['npm', 'test', '--', '--retry=01'] })).toHaveLength(1)
  })

  it('needs no proof when the format shows them', () => {
    for (const format of ['go-json', 'playwright-json'])
      expect(judged({ retries: undefined }, { format })).toEqual([])
    for (const format of ['tap', 'trx', 'nunit'])
      expect(judged({ retries: undefined }, { format })).toHaveLength(1)
  })
})

describe('the formats', () => {
  const named = REPORT_FORMATS.filter((format) => format !== 'auto')

  it('that a policy can name each have a line in the table, and those that are read a name', () => {
    const lines = CAPABILITIES.filter(({ dialect }) => dialect === '').map(({ format }) => format)
    expect([...lines].sort()).toEqual([...named].sort())
    for (const format of readableFormats()) expect(named).toContain(format)
  })

  it('that nobody knows hide everything', () => {
    expect(isBlindToRetries('unheard-of')).toBe(true)
  })
})
