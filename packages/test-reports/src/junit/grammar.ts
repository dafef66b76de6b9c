/**
 * The JUnit XML that is understood, element by element. The format has no standard: this is the
 * union of what the runners write that were looked at (surefire, gradle, pytest, unittest, jest-junit,
 * vitest, node:test, mocha, Playwright, Cypress, go-junit-report, gotestsum, rspec, minitest, PHPUnit,
 * CTest, GoogleTest, nextest, Catch2, Criterion, Bazel, Ginkgo, Nette, Karma). What is not listed
 * here blocks, since its meaning is unknown.
 */
const OUTCOMES = ['failure', 'error', 'skipped'] as const
const FLAKY = ['flakyFailure', 'flakyError'] as const
const RERUN = ['rerunFailure', 'rerunError'] as const
const LOGS = ['system-out', 'system-err'] as const

const attempt = [...LOGS, 'stackTrace']
const suite = ['testsuite', 'testcase', 'failure', 'error', 'properties', ...LOGS]

/** Element → elements that it may hold. */
export const CHILDREN: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    testsuites: suite,
    testsuite: suite,
    testcase: [...OUTCOMES, ...FLAKY, ...RERUN, 'properties', ...LOGS],
    properties: ['property'],
    failure: [],
    error: [],
    skipped: [],
    flakyFailure: attempt,
    flakyError: attempt,
    rerunFailure: attempt,
    rerunError: attempt,
    stackTrace: [],
    property: [],
    'system-out': [],
    'system-err': [],
  }).map(([name, children]) => [name, new Set(children)]),
)

/** Counters of a suite. */
export const COUNTERS = [
  'tests',
  'failures',
  'errors',
  'skipped',
  'skips',
  'disabled',
  'flakes',
  'warnings',
  'useless',
  'ignored',
  'assertions',
] as const
export type Counter = (typeof COUNTERS)[number]

const names = (text: string): string[] => text.split(' ')

const ABOUT_SUITES = [
  ...COUNTERS,
  ...names('name id uuid time duration timestamp hostname package file filepath line group device'),
  ...names('version url random_seed'),
]
const ABOUT_CASES = [
  ...names(
    'name classname class feature file line lineno col time duration timestamp status result failure',
  ),
  ...names('assertions group id url owner hostname value_param type_param'),
]
const ABOUT_ATTEMPTS = names('message type file line time timestamp')

/** Element → attributes that it may have. */
export const ATTRIBUTES: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    testsuites: ABOUT_SUITES,
    testsuite: ABOUT_SUITES,
    testcase: ABOUT_CASES,
    properties: [],
    failure: ABOUT_ATTEMPTS,
    error: ABOUT_ATTEMPTS,
    skipped: ABOUT_ATTEMPTS,
    flakyFailure: ABOUT_ATTEMPTS,
    flakyError: ABOUT_ATTEMPTS,
    rerunFailure: ABOUT_ATTEMPTS,
    rerunError: ABOUT_ATTEMPTS,
    stackTrace: [],
    property: ['name', 'value'],
    'system-out': [],
    'system-err': [],
  }).map(([name, attributes]) => [name, new Set(attributes)]),
)

/** Elements whose text has no bearing on the outcome and is not even collected. */
export const UNREAD_TEXT: ReadonlySet<string> = new Set([...LOGS, 'stackTrace', 'property'])

/** Elements whose text explains an outcome. */
export const EXPLAINING: ReadonlySet<string> = new Set([...OUTCOMES, ...FLAKY, ...RERUN])
