import type { Figure } from '../figure.ts'
import { large } from './large-report.ts'

/** The whole file as one string, made into values: fast, and a string can not be longer than 512 MB. */
const WHOLE = { name: 'JSON.parse', program: 'bare-json-parse.ts' }

const named = (n: number) => `tenant ${n} can not read, change or delete what belongs to another`

const jestTest = (n: number) => ({
  ancestorTitles: ['tenant isolation', 'of resources'],
  duration: 2,
  failing: false,
  failureDetails: [],
  failureMessages: [],
  fullName: `tenant isolation of resources ${named(n)}`,
  invocations: 1,
  location: null,
  numPassingAsserts: 3,
  retryMessages: [],
  retryReasons: [],
  status: 'passed',
  title: named(n),
  startAt: 1795902069145 + n,
})
const TESTS_OF_A_FILE = 200
const jestSuite = (first: number) => ({
  assertionResults: Array.from({ length: TESTS_OF_A_FILE }, (_, n) => jestTest(first + n)),
  endTime: 2,
  message: '',
  name: `/app/test/isolation-${first / TESTS_OF_A_FILE}.test.js`,
  startTime: 1,
  status: 'passed',
  summary: '',
})

/** What jest writes, with its counters behind its tests: they are not known before. */
export const largeJestJson: Figure = large('jest-json', {
  first: '{"openHandles":[],"startTime":1,"success":true,"wasInterrupted":false,"testResults":[',
  one: (n) =>
    n % TESTS_OF_A_FILE === 0 ? `${n === 0 ? '' : ','}${JSON.stringify(jestSuite(n))}` : '',
  last: (count) => {
    const suites = count / TESTS_OF_A_FILE
    const counters = {
      numFailedTestSuites: 0,
      numFailedTests: 0,
      numPassedTestSuites: suites,
      numPassedTests: count,
      numPendingTestSuites: 0,
      numPendingTests: 0,
      numRuntimeErrorTestSuites: 0,
      numTodoTests: 0,
      numTotalTestSuites: suites,
      numTotalTests: count,
    }
    return `],${JSON.stringify(counters).slice(1)}\n`
  },
  peer: WHOLE,
})

const spec = (n: number) => ({
  title: named(n),
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
          stdout: [{ text: 'as it should be\n' }],
          stderr: [],
          retry: 0,
          startTime: '2026-11-23T02:34:54.634Z',
          annotations: [],
          attachments: [],
        },
      ],
      status: 'expected',
    },
  ],
  id: `2addc3c3aecfedb30c84-${n}`,
  file: 'isolation.spec.js',
  line: 2,
  column: 1,
})

export const largePlaywrightJson: Figure = large('playwright-json', {
  first:
    '{"config":{"rootDir":"/app"},"suites":[{"title":"isolation.spec.js","file":"isolation.spec.js","column":0,"line":0,"specs":[',
  one: (n) => `${n === 0 ? '' : ','}${JSON.stringify(spec(n))}`,
  last: (count) =>
    `]}],"errors":[],"stats":{"expected":${count},"skipped":0,"unexpected":0,"flaky":0}}\n`,
  peer: WHOLE,
})

export const largeGoJson: Figure = large('go-json', {
  first: '',
  one: (n) => {
    const pkg = `example.com/large/${Math.floor(n / 1_000)}`
    const event = (fields: Readonly<Record<string, unknown>>) =>
      `${JSON.stringify({ Time: '2026-01-02T03:04:05.678901234Z', Package: pkg, ...fields })}\n`
    const test = { Test: `TestTenantIsolation/tenant_${n}_reads_nothing_of_others` }
    return [
      ...(n % 1_000 === 0 ? [event({ Action: 'start' })] : []),
      event({ Action: 'run', ...test }),
      event({ Action: 'output', ...test, Output: '    isolation_test.go:42: as it should be\n' }),
      event({ Action: 'pass', ...test, Elapsed: 0.01 }),
      ...(n % 1_000 === 999 ? [event({ Action: 'pass', Elapsed: 1 })] : []),
    ].join('')
  },
  last: () => '',
})
