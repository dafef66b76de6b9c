/*
 * Green reports as the runners write them, of two tests each: what jest 30.5, vitest 5.1, mocha 12.0,
 * Playwright 1.65, RSpec 3.12 and cucumber-js 13.3 put there, word for word but for names and times.
 */

const SNAPSHOT = {
  added: 0,
  didUpdate: false,
  failure: false,
  filesAdded: 0,
  filesRemoved: 0,
  filesRemovedList: [],
  filesUnmatched: 0,
  filesUpdated: 0,
  matched: 0,
  total: 0,
  unchecked: 0,
  uncheckedKeysByFile: [],
  unmatched: 0,
  updated: 0,
}
const jestTest = (title: string) => ({
  ancestorTitles: ['iso'],
  duration: 2,
  failing: false,
  failureDetails: [],
  failureMessages: [],
  fullName: `iso ${title}`,
  invocations: 1,
  location: null,
  numPassingAsserts: 1,
  retryMessages: [],
  retryReasons: [],
  status: 'passed',
  title,
  startAt: 1795902070691,
})
const jest = {
  numFailedTestSuites: 0,
  numFailedTests: 0,
  numPassedTestSuites: 1,
  numPassedTests: 2,
  numPendingTestSuites: 0,
  numPendingTests: 0,
  numRuntimeErrorTestSuites: 0,
  numTodoTests: 0,
  numTotalTestSuites: 1,
  numTotalTests: 2,
  openHandles: [],
  snapshot: SNAPSHOT,
  startTime: 1795902070408,
  success: true,
  testResults: [
    {
      assertionResults: [jestTest('a'), jestTest('b')],
      endTime: 1795902070694,
      message: '',
      name: '/app/iso.test.js',
      startTime: 1795902070535,
      status: 'passed',
      summary: '',
    },
  ],
  wasInterrupted: false,
}

const vitestTest = (title: string) => ({
  ancestorTitles: ['iso'],
  fullName: `iso ${title}`,
  status: 'passed',
  title,
  duration: 1.4589459999999974,
  failureMessages: [],
  meta: {},
  tags: [],
  benchmarks: [],
})
const vitest = {
  numTotalTestSuites: 2,
  numPassedTestSuites: 2,
  numFailedTestSuites: 0,
  numPendingTestSuites: 0,
  numTotalTests: 2,
  numPassedTests: 2,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  snapshot: SNAPSHOT,
  startTime: 1795901971339,
  success: true,
  testResults: [
    {
      assertionResults: [vitestTest('a'), vitestTest('b')],
      startTime: 1795901971486,
      endTime: 1795901971487.459,
      status: 'passed',
      message: '',
      name: '/app/iso.test.js',
    },
  ],
}

const mochaTest = (title: string) => ({
  title,
  fullTitle: `iso ${title}`,
  file: '/app/iso.js',
  duration: 1,
  currentRetry: 0,
  speed: 'fast',
  err: {},
})
const mocha = {
  stats: {
    suites: 1,
    tests: 2,
    passes: 2,
    pending: 0,
    failures: 0,
    start: '2026-11-28T21:39:35.783Z',
    end: '2026-11-28T21:39:35.790Z',
    duration: 7,
  },
  tests: [mochaTest('a'), mochaTest('b')],
  pending: [],
  failures: [],
  passes: [mochaTest('a'), mochaTest('b')],
}

const spec = (title: string) => ({
  title,
  ok: true,
  tags: [],
  tests: [
    {
      timeout: 30000,
      annotations: [],
      expectedStatus: 'passed',
      projectId: 'web',
      projectName: 'web',
      results: [
        {
          workerIndex: 0,
          parallelIndex: 0,
          status: 'passed',
          duration: 5,
          errors: [],
          stdout: [],
          stderr: [],
          retry: 0,
          steps: [{ title: 's', duration: 4 }],
          startTime: '2026-11-23T02:34:54.634Z',
          annotations: [],
          attachments: [],
        },
      ],
      status: 'expected',
    },
  ],
  id: `2addc3c3aecfedb30c84-${title}`,
  file: 'iso.spec.js',
  line: 2,
  column: 1,
})
const playwright = {
  config: {
    configFile: '/app/playwright.config.js',
    rootDir: '/app',
    projects: [{ id: 'web', name: 'web', retries: 0, ignoreSnapshots: false }],
    updateSnapshots: 'missing',
    version: '1.65.1',
  },
  suites: [
    {
      title: 'iso.spec.js',
      file: 'iso.spec.js',
      column: 0,
      line: 0,
      specs: [spec('a')],
      suites: [{ title: 'iso', file: 'iso.spec.js', line: 2, column: 6, specs: [spec('b')] }],
    },
  ],
  errors: [],
  stats: {
    startTime: '2026-11-28T21:39:39.799Z',
    duration: 7,
    expected: 2,
    skipped: 0,
    unexpected: 0,
    flaky: 0,
  },
}

const example = (title: string) => ({
  id: `./spec/iso_spec.rb[1:${title}]`,
  description: title,
  full_description: `iso ${title}`,
  status: 'passed',
  file_path: './spec/iso_spec.rb',
  line_number: 2,
  run_time: 0.000341499,
  pending_message: null,
})
const rspec = {
  version: '3.12.0',
  messages: ['Run options: include {:full_description=>/iso/}'],
  examples: [example('a'), example('b')],
  summary: {
    duration: 0.014776679,
    example_count: 2,
    failure_count: 0,
    pending_count: 0,
    errors_outside_of_examples_count: 0,
  },
  summary_line: '2 examples, 0 failures',
}

const step = (keyword: string) => ({
  result: { status: 'passed', duration: 269251 },
  arguments: [],
  keyword,
  line: 3,
  name: 'tenant B has a row',
  match: { location: 'features/steps.js:2' },
})
const scenario = (name: string) => ({
  description: '',
  id: `iso;${name}`,
  keyword: 'Scenario',
  line: 4,
  name,
  steps: [
    step('Given '),
    step('When '),
    { result: { status: 'passed', duration: 45026 }, keyword: 'After', hidden: true },
  ],
  tags: [],
  type: 'scenario',
})
const cucumber = [
  {
    description: '',
    elements: [scenario('a'), scenario('b')],
    id: 'iso',
    line: 1,
    keyword: 'Feature',
    name: 'iso',
    tags: [],
    uri: 'features/iso.feature',
  },
]

const ctrfTest = (name: string) => ({
  name,
  status: 'passed',
  duration: 1,
  suite: ['iso'],
  rawStatus: 'passed',
  filePath: 'iso.test.js',
  retries: 0,
  flaky: false,
  steps: [{ name: 's', status: 'passed' }],
})
const ctrf = {
  reportFormat: 'CTRF',
  specVersion: '0.0.0',
  results: {
    tool: { name: 'jest' },
    summary: {
      tests: 2,
      passed: 2,
      failed: 0,
      skipped: 0,
      pending: 0,
      other: 0,
      start: 1,
      stop: 2,
    },
    tests: [ctrfTest('a'), ctrfTest('b')],
    environment: { healthy: true },
  },
}

const sarif = {
  version: '2.1.0',
  runs: [
    {
      tool: { driver: { name: 'Scanner', rules: [{ id: 'A1' }] } },
      invocations: [{ executionSuccessful: true, exitCode: 0 }],
      results: [{ ruleId: 'A1', kind: 'pass', level: 'none', message: { text: 'none found' } }],
    },
  ],
}

interface RunnerReport {
  readonly runner: string
  readonly format: string
  readonly green: unknown
}

export const RUNNER_REPORTS: readonly RunnerReport[] = [
  { runner: 'jest', format: 'jest-json', green: jest },
  { runner: 'vitest', format: 'jest-json', green: vitest },
  { runner: 'mocha', format: 'mocha-json', green: mocha },
  { runner: 'playwright', format: 'playwright-json', green: playwright },
  { runner: 'rspec', format: 'rspec-json', green: rspec },
  { runner: 'cucumber', format: 'cucumber-json', green: cucumber },
  { runner: 'ctrf', format: 'ctrf', green: ctrf },
  { runner: 'sarif', format: 'sarif', green: sarif },
]

type Path = readonly (string | number)[]

/** A copy of a value with changes at places of it; `undefined` takes a member away. */
export function edited(value: unknown, edits: readonly (readonly [Path, unknown])[]): unknown {
  let copy = value
  for (const [path, put] of edits) copy = editedAt(copy, path, put)
  return copy
}

function editedAt(value: unknown, path: Path, put: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return put
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value
    const count = key === items.length ? items.length + 1 : items.length
    return Array.from({ length: count }, (_, index) =>
      index === key ? editedAt(items[index], rest, put) : items[index],
    ).filter((item) => item !== undefined)
  }
  if (typeof value !== 'object' || value === null) throw new Error(`nothing is at ${key}`)
  const members = new Map(Object.entries(value))
  members.set(String(key), editedAt(members.get(String(key)), rest, put))
  return Object.fromEntries([...members].filter(([, member]) => member !== undefined))
}
