import type { ElementRule, Grammar } from '../xml-grammar.ts'

const words = (text: string): string[] => text.split(' ')
const rule = (children: string, attributes: string): ElementRule => ({
  children: words(children),
  attributes: words(attributes),
})

/** The result format of NUnit 2.x (`nunit2`, schema Results.xsd of NUnit 2.5). */
export const NUNIT2_GRAMMAR: Grammar = new Map<string, ElementRule>([
  [
    'test-results',
    rule(
      'environment culture-info test-suite',
      'name total errors failures not-run inconclusive ignored skipped invalid date time',
    ),
  ],
  [
    'environment',
    {
      attributes: words(
        'nunit-version clr-version os-version platform cwd machine-name user user-domain',
      ),
    },
  ],
  ['culture-info', { attributes: ['current-culture', 'current-uiculture'] }],
  [
    'test-suite',
    rule(
      'categories properties failure reason results',
      'type name description success time executed asserts result',
    ),
  ],
  ['results', { children: ['test-suite', 'test-case'] }],
  [
    'test-case',
    rule(
      'categories properties failure reason',
      'name description success time executed asserts result',
    ),
  ],
  ['categories', { children: ['category'] }],
  ['category', { attributes: ['name'] }],
  ['properties', { children: ['property'] }],
  ['property', { attributes: ['name', 'value'] }],
  ['failure', { children: ['message', 'stack-trace'] }],
  ['reason', { children: ['message'] }],
  ['message', { text: 'read' }],
  ['stack-trace', { text: 'ignored' }],
])
