import { describe, expect, it } from 'vitest'
import { type Bypass, describeBypasses } from './support/bypass.ts'
import { describeDamage } from './support/damage.ts'
import { codes, passes, read } from './support/reading.ts'

const place = (uri: string, startLine: number) => [
  { physicalLocation: { artifactLocation: { uri }, region: { startLine } } },
]
const result = (more: object = {}) => ({
  ruleId: 'A1',
  message: { text: 'a leak' },
  locations: place('src/a.ts', 3),
  ...more,
})
const RULES = [
  { id: 'A1', defaultConfiguration: { level: 'error' } },
  { id: 'B2', defaultConfiguration: { level: 'note' } },
]
const NOTIFICATIONS = [{ id: 'N1', defaultConfiguration: { level: 'error' } }, { id: 'N2' }]
const tool = (name = 'Scanner') => ({
  driver: { name, version: '1.0', rules: RULES, notifications: NOTIFICATIONS },
})
const run = (more: object = {}) => ({
  tool: tool(),
  invocations: [{ executionSuccessful: true }],
  results: [],
  ...more,
})
const log = (...runs: object[]) =>
  JSON.stringify({ $schema: 'https://example.com/sarif-2.1.0.json', version: '2.1.0', runs })
const having = (...results: object[]) => log(run({ results }))
const invoked = (more: object) =>
  log(run({ invocations: [{ executionSuccessful: true, ...more }] }))
const good = log(run())
const accepted = { kind: 'inSource', justification: 'not reachable' }

const thatBlocks = (line: string, shows: string, blocking: object, because: string): Bypass => ({
  line,
  shows: `a result with ${shows}`,
  blocks: having(result(blocking)),
  passes: having(result({ kind: 'pass' })),
  because,
})
const failedScan = (shows: string, blocking: object, honest: object): Bypass => ({
  line: 'C72',
  shows,
  blocks: invoked(blocking),
  passes: invoked(honest),
  because: 'test/suite-error',
})
const notice = (more: object) => ({
  toolExecutionNotifications: [{ message: { text: 'out of memory' }, ...more }],
})

const BYPASSES: readonly Bypass[] = [
  thatBlocks('C71', 'an accepted suppression', { suppressions: [accepted] }, 'skipped'),
  thatBlocks(
    'C71',
    'a suppression under review',
    { suppressions: [{ ...accepted, status: 'underReview' }] },
    'failed',
  ),
  thatBlocks(
    'C71',
    'one suppression accepted and one rejected',
    { suppressions: [accepted, { ...accepted, status: 'rejected' }] },
    'failed',
  ),
  thatBlocks(
    'C71',
    'a suppression in a state that nobody knows',
    { suppressions: [{ ...accepted, status: 'Accepted' }] },
    'test/unknown-status',
  ),
  thatBlocks('C71', 'no suppression in its list', { suppressions: [] }, 'failed'),
  thatBlocks('C72', 'kind open', { kind: 'open' }, 'errored'),
  thatBlocks('C72', 'kind review', { kind: 'review' }, 'errored'),
  thatBlocks('C72', 'kind notApplicable', { kind: 'notApplicable' }, 'skipped'),
  thatBlocks('C72', 'a kind that nobody knows', { kind: 'Pass' }, 'test/unknown-status'),
  thatBlocks('C72', 'neither kind nor level', {}, 'failed'),
  ...['none', 'note', 'warning', 'error'].map((level) =>
    thatBlocks('C72', `level ${level}`, { level }, 'failed'),
  ),
  thatBlocks('C72', 'a level that nobody knows', { level: 'low' }, 'test/unknown-status'),
  thatBlocks('C72', 'kind pass and level error', { kind: 'pass', level: 'error' }, 'failed'),
  ...['new', 'unchanged', 'updated', 'absent'].map((baselineState) =>
    thatBlocks('C72', `baselineState ${baselineState}`, { baselineState }, 'failed'),
  ),
  thatBlocks('C72', 'a baselineState that nobody knows', { baselineState: 'x' }, 'errored'),
  thatBlocks('A17', 'a key that nobody knows', { suppressed: true }, 'test/unknown-attribute'),
  failedScan('a scan that failed', { executionSuccessful: false }, { executionSuccessful: true }),
  failedScan(
    'an error while the tool ran',
    notice({ level: 'error' }),
    notice({ level: 'warning' }),
  ),
  failedScan(
    'an error while the tool was set up',
    { toolConfigurationNotifications: [{ message: { text: 'no such rule' }, level: 'error' }] },
    { toolConfigurationNotifications: [{ message: { text: 'no such rule' }, level: 'note' }] },
  ),
  failedScan(
    'an exception that is called a note',
    notice({ level: 'note', exception: { message: 'x' } }),
    notice({ level: 'note' }),
  ),
  failedScan(
    'an error by the default level of the notification',
    notice({ descriptor: { id: 'N1' } }),
    notice({ descriptor: { id: 'N2' } }),
  ),
  failedScan(
    'an error by the default level of the notification at an index',
    notice({ descriptor: { index: 0 } }),
    notice({ descriptor: { index: 1 } }),
  ),
  failedScan(
    'an error by an override',
    {
      ...notice({ descriptor: { id: 'N2' } }),
      notificationConfigurationOverrides: [
        { descriptor: { id: 'N2' }, configuration: { level: 'error' } },
      ],
    },
    {
      ...notice({ descriptor: { id: 'N2' } }),
      notificationConfigurationOverrides: [
        { descriptor: { id: 'N1' }, configuration: { level: 'error' } },
      ],
    },
  ),
  failedScan('a bad exit code without results', { exitCode: 2 }, { exitCode: 0 }),
  failedScan('a signal', { exitSignalName: 'SIGKILL' }, { exitCode: 0 }),
  failedScan(
    'a tool that did not start',
    { processStartFailureMessage: 'no such file' },
    { exitCodeDescription: 'fine' },
  ),
  {
    line: 'C72',
    shows: 'one invocation of two that failed',
    blocks: log(
      run({ invocations: [{ executionSuccessful: false }, { executionSuccessful: true }] }),
    ),
    passes: log(
      run({ invocations: [{ executionSuccessful: true }, { executionSuccessful: true }] }),
    ),
    because: 'test/suite-error',
  },
  {
    line: 'C72',
    shows: 'a conversion that failed',
    blocks: log(run({ conversion: { tool: tool(), invocation: { executionSuccessful: false } } })),
    passes: log(run({ conversion: { tool: tool(), invocation: { executionSuccessful: true } } })),
    because: 'test/suite-error',
  },
  {
    line: 'C72',
    shows: 'an invocation that does not say whether it went well',
    blocks: log(run({ invocations: [{}] })),
    passes: good,
    because: 'test/unparseable',
  },
  {
    line: 'C72',
    shows: 'a level of a notification that nobody knows',
    blocks: invoked(notice({ level: 'fatal' })),
    passes: invoked(notice({ level: 'warning' })),
    because: 'test/unknown-status',
  },
  {
    line: 'C72',
    shows: 'results that are null',
    blocks: log(run({ results: null })),
    passes: good,
    because: 'test/suite-error',
  },
  {
    line: 'C72',
    shows: 'results that are absent',
    blocks: log({ tool: tool(), invocations: [{ executionSuccessful: true }] }),
    passes: log({ tool: tool(), invocations: [{ executionSuccessful: true }], results: [] }),
    because: 'test/suite-error',
  },
  {
    line: 'C72',
    shows: 'results in another file',
    blocks: log(run({ externalPropertyFileReferences: { results: [{ itemCount: 1 }] } })),
    passes: good,
    because: 'test/suite-error',
  },
  {
    line: 'C72',
    shows: 'results outside of the run',
    blocks: good.replace('"runs"', '"inlineExternalProperties":[{"results":[]}],"runs"'),
    passes: good.replace('"runs"', '"inlineExternalProperties":[],"runs"'),
    because: 'test/unknown-element',
  },
  {
    line: 'C72',
    shows: 'a rule that is switched off',
    blocks: invoked({
      ruleConfigurationOverrides: [{ descriptor: { id: 'A1' }, configuration: { enabled: false } }],
    }),
    passes: invoked({
      ruleConfigurationOverrides: [{ descriptor: { id: 'A1' }, configuration: { enabled: true } }],
    }),
    because: 'skipped',
  },
  {
    line: 'A1',
    shows: 'no runs',
    blocks: log(),
    passes: good,
    because: 'test/no-tests',
  },
  {
    line: 'A21',
    shows: 'a failing run behind one that passes',
    blocks: log(run(), run({ tool: tool('Other'), results: [result()] })),
    passes: log(run(), run({ tool: tool('Other'), results: [] })),
    because: 'failed',
  },
  {
    line: 'A13',
    shows: 'two runs that an inventory cannot tell apart',
    blocks: log(run(), run()),
    passes: log(run(), run({ automationDetails: { id: 'api/7' } })),
    because: 'duplicate',
  },
  {
    line: 'A14',
    shows: 'a tool without a name',
    blocks: log(run({ tool: tool(' ') })),
    passes: good,
    because: 'test/unnamed',
  },
  {
    line: 'A17',
    shows: 'another version',
    blocks: good.replace('"2.1.0"', '"2.2.0"'),
    passes: good,
    because: 'test/unknown-attribute',
  },
  {
    line: 'A18',
    shows: 'a key in other letters',
    blocks: log({ ...run(), Results: [result()] }),
    passes: log({ ...run(), properties: { Results: [] } }),
    because: 'test/unknown-attribute',
  },
  {
    line: 'A19',
    shows: 'a list of logs',
    blocks: `[${good}]`,
    passes: good,
    because: 'test/unparseable',
  },
  {
    line: 'C74',
    shows: 'results that others hide',
    blocks: having(result()).replace(/\}$/, ',"runs":[]}'),
    passes: good,
    because: 'test/unparseable',
  },
]

describeBypasses('sarif', BYPASSES)
describeDamage('sarif', having(result({ kind: 'pass' }), result({ message: { text: 'é' } })))

describe('sarif', () => {
  const cases = async (text: string) => (await read(text, { format: 'sarif' })).cases

  it('makes a run one test and every problem another', async () => {
    const text = log(
      run({
        automationDetails: { id: 'api/js/2026-11-23' },
        results: [result(), result({ kind: 'pass' })],
      }),
    )
    expect(await cases(text)).toEqual([
      {
        id: { file: 'src/a.ts', className: 'Scanner', name: 'A1:3' },
        status: 'failed',
        detail: 'error: a leak',
      },
      {
        id: { file: '', className: 'Scanner', name: 'api/js' },
        status: 'passed',
        detail: '',
      },
    ])
  })

  it('passes a scan without problems, said to have run or not', async () => {
    expect(passes(await read(good, { format: 'sarif' }))).toBe(true)
    const silent = log({ tool: tool(), results: [] })
    expect(await cases(silent)).toEqual([
      { id: { file: '', className: 'Scanner', name: 'scan' }, status: 'passed', detail: '' },
    ])
  })

  it('takes an exit code that failing results explain for what it is', async () => {
    const invocations = [{ executionSuccessful: true, exitCode: 1 }]
    const report = await read(log(run({ invocations, results: [result()] })), { format: 'sarif' })
    expect(codes(report)).toEqual([])
    expect(report.counts).toMatchObject({ tests: 2, passed: 1, failed: 1 })
  })

  it('finds rule, level and place by index', async () => {
    const artifacts = [{ location: { uri: 'src/b.ts' } }]
    const extensions = [{ name: 'x', rules: [{ id: 'X9' }] }]
    const at = [{ physicalLocation: { artifactLocation: { index: 0 } } }]
    const message = { text: 'm' }
    const results = [
      { ruleIndex: 1, message, locations: at },
      { rule: { index: 0, toolComponent: { index: 0 } }, message },
      { ruleId: 'B2/1', message, suppressions: [accepted] },
      { message },
    ]
    const text = log(run({ tool: { ...tool(), extensions }, artifacts, results }))
    const found = (await cases(text)).map(({ id, detail }) => [id.file, id.name, detail])
    // What stands in front of the artifacts that name its file waits for them.
    expect(found.slice(0, -1)).toEqual([
      ['', 'X9', 'warning: m'],
      ['', 'B2/1', 'note, suppressed (inSource) not reachable: m'],
      ['', 'no rule', 'warning: m'],
      ['src/b.ts', 'B2', 'note: m'],
    ])
  })
})
