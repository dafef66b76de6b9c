import type { ElementRule, Grammar } from '../xml-grammar.ts'

const words = (text: string): string[] => text.split(' ')
const rule = (children: string, attributes: string): ElementRule => ({
  children: words(children),
  attributes: words(attributes),
})
const counters = 'total passed failed skipped not-run errors'

const ASSEMBLY = rule(
  'errors collection',
  `name config-file test-framework environment run-date run-time time time-rtf id target-framework
   start-rtf finish-rtf ${counters}`.replace(/\s+/g, ' '),
)

/**
 * The results of xUnit.net, v2 and v3 (xunit.net/docs/format-xml-v2): assemblies, collections, tests.
 */
export const XUNIT_GRAMMAR: Grammar = new Map<string, ElementRule>([
  [
    'assemblies',
    rule('assembly', 'timestamp computer user id schema-version start-rtf finish-rtf'),
  ],
  ['assembly', ASSEMBLY],
  ['errors', { children: ['error'] }],
  ['error', rule('failure', 'name type')],
  ['collection', rule('test', `name time time-rtf id ${counters}`)],
  [
    'test',
    rule(
      'failure reason output traits warnings attachments',
      'name type method time time-rtf result id source-file source-line start-rtf finish-rtf',
    ),
  ],
  ['failure', rule('message stack-trace', 'exception-type')],
  ['message', { text: 'read' }],
  ['stack-trace', { text: 'ignored' }],
  ['reason', { text: 'read' }],
  ['output', { text: 'ignored' }],
  ['traits', { children: ['trait'] }],
  ['trait', { attributes: ['name', 'value'] }],
  ['warnings', { children: ['warning'] }],
  ['warning', { text: 'ignored' }],
  ['attachments', { children: ['attachment'] }],
  ['attachment', { attributes: ['name', 'media-type'], text: 'ignored' }],
])
