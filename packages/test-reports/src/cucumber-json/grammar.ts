import { shapeOf } from '../json/json-shape.ts'
import type { TestStatus } from '../test-run.ts'

/**
 * Keys of Cucumber's JSON as the implementations write it (cucumber-json-schema: cucumber-jvm, -ruby,
 * -js, behave; godog). `status` of a feature and of an element are behave's.
 */
const NAMED = {
  id: 'string absent',
  uri: 'string absent',
  line: 'number absent',
  location: 'string absent',
  keyword: 'string absent',
  name: 'string',
  description: 'string array null absent',
  tags: 'array null absent',
  comments: 'array null absent',
  status: 'string null absent',
}
export const FEATURE = shapeOf({ ...NAMED, elements: 'array null absent' })
export const ELEMENT = shapeOf({
  ...NAMED,
  type: 'string absent',
  start_timestamp: 'string absent',
  before: 'array absent',
  after: 'array absent',
  steps: 'array null absent',
  examples: 'array absent',
})
/** A step, or a hook: cucumber-js lists hooks among the steps. */
export const STEP = shapeOf({
  keyword: 'string absent',
  name: 'string absent',
  line: 'number absent',
  location: 'string absent',
  step_type: 'string absent',
  match: 'object null absent',
  matchedColumns: 'array absent',
  arguments: 'array absent',
  rows: 'array absent',
  table: 'object absent',
  doc_string: 'object absent',
  text: 'string array absent',
  comments: 'array absent',
  embeddings: 'array absent',
  output: 'array absent',
  hidden: 'boolean absent',
  isBackground: 'boolean absent',
  before: 'array absent',
  after: 'array absent',
  result: 'object absent',
})
export const RESULT = shapeOf({
  status: 'string',
  duration: 'number null absent',
  error_message: 'string array null absent',
})

/** Only *passed* passes. A step that nobody wrote, or that two match, could not be run. */
export const STATUSES: ReadonlyMap<string, TestStatus> = new Map([
  ['passed', 'passed'],
  ['failed', 'failed'],
  ['skipped', 'skipped'],
  ['pending', 'skipped'],
  ['untested', 'skipped'],
  ['undefined', 'errored'],
  ['ambiguous', 'errored'],
  ['error', 'errored'],
  ['hook_error', 'errored'],
  ['cleanup_error', 'errored'],
])
