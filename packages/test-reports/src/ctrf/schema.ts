import { shapeOf } from '../json/json-shape.ts'

const ANYTHING = 'string number boolean null array object absent'
const free = (keys: string) => Object.fromEntries(keys.split(' ').map((key) => [key, ANYTHING]))

/** Keys of each object of a CTRF report (ctrf.io, specification 0.0.0). `extra` may hold anything. */
export const ROOT = shapeOf({
  reportFormat: 'string absent',
  specVersion: 'string absent',
  results: 'object',
  ...free('reportId timestamp generatedBy insights baseline extra'),
})
export const RESULTS = shapeOf({
  tool: 'object',
  summary: 'object',
  tests: 'array',
  environment: 'object absent',
  extra: ANYTHING,
})
export const SUMMARY = shapeOf({
  tests: 'number absent',
  passed: 'number absent',
  failed: 'number absent',
  skipped: 'number absent',
  pending: 'number absent',
  other: 'number absent',
  flaky: 'number absent',
  ...free('suites start stop duration extra'),
})
export const TEST = shapeOf({
  name: 'string absent',
  status: 'string absent',
  rawStatus: 'string absent',
  suite: 'string array absent',
  filePath: 'string absent',
  message: 'string absent',
  trace: 'string absent',
  flaky: 'boolean absent',
  retries: 'number absent',
  retryAttempts: 'array absent',
  steps: 'array absent',
  ...free(
    'id duration start stop snippet line ai tags labels type stdout stderr threadId attachments browser device screenshot parameters insights extra',
  ),
})
export const STEP = shapeOf({ name: 'string absent', status: 'string absent', extra: ANYTHING })
/** What runners call a pass, in small letters; any other word beside a pass contradicts it. */
export const RAW_PASSES: ReadonlySet<string> = new Set(
  'passed pass ok success successful succeeded expected'.split(' '),
)
