import type { ElementRule, Grammar } from '../xml-grammar.ts'

const rule = (children: string, attributes = ''): ElementRule => ({
  children: children.split(' '),
  attributes: attributes.split(' '),
})
const empty = (attributes: string): ElementRule => ({ attributes: attributes.split(' ') })
const unread: ElementRule = { text: 'ignored' }

const run =
  'id name fullname runstate testcasecount result label site start-time end-time duration time total passed failed warnings inconclusive skipped asserts'
const inside = 'properties failure reason output assertions attachments'

/** The result format of NUnit 3 (`nunit3`), as the engine, the console and older versions write it. */
export const NUNIT_GRAMMAR: Grammar = new Map<string, ElementRule>([
  [
    'test-run',
    rule(
      `command-line filter settings environment test-suite ${inside}`,
      `${run} engine-version clr-version run-date random-seed`,
    ),
  ],
  ['command-line', unread],
  ['filter', { opaque: true }],
  [
    'test-suite',
    rule(`environment settings test-suite test-case ${inside}`, `${run} type classname methodname`),
  ],
  [
    'test-case',
    rule(
      inside,
      'id name fullname methodname classname runstate seed result label site start-time end-time duration time asserts',
    ),
  ],
  [
    'environment',
    empty(
      'framework-version nunit-version clr-version os-version platform cwd machine-name user user-domain culture uiculture os-architecture',
    ),
  ],
  ['settings', rule('setting')],
  ['setting', rule('item', 'name value')],
  ['item', empty('key value')],
  ['properties', rule('property')],
  ['property', empty('name value')],
  ['failure', rule('message stack-trace')],
  ['reason', rule('message')],
  ['message', { text: 'read' }],
  ['stack-trace', unread],
  ['output', unread],
  ['assertions', rule('assertion')],
  ['assertion', rule('message stack-trace', 'result')],
  ['attachments', { opaque: true }],
])
