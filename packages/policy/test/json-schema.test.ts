import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { initialPolicyText, policyJsonSchema } from '../src/index.ts'
import { documentedPolicies, exampleWith } from './example-policy.ts'
import { initialPolicies } from './initial-policies.ts'
import { rightPolicy } from './policy-arbitrary.ts'
import { printPolicy } from './policy-printer.ts'

const schema = policyJsonSchema()
const validates = new Ajv({ allErrors: true, strictTypes: false }).compile(schema)

/** Every sub-schema with where it stands. */
function* subSchemas(
  node: unknown,
  at: string,
): Generator<{ at: string; node: Record<string, unknown> }> {
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return
  const fields: Record<string, unknown> = { ...node }
  yield { at, node: fields }
  for (const key of ['items', 'additionalProperties', 'propertyNames'])
    yield* subSchemas(fields[key], `${at}/${key}`)
  for (const [key, inner] of Object.entries(fields['properties'] ?? {}))
    yield* subSchemas(inner, `${at}/${key}`)
}

const all = [...subSchemas(schema, '')]

describe('the JSON Schema', () => {
  it('is the one that is published; after a change run `npm run generate`', () => {
    const published: unknown = JSON.parse(
      readFileSync(new URL('../bulkhead.schema.json', import.meta.url), 'utf8'),
    )
    expect(published).toEqual(JSON.parse(JSON.stringify(schema)))
  })

  it.each(all)('describes $at, with examples that are right', ({ node }) => {
    expect(node['description']).toMatch(/\S.*\.$/)
    expect(node['title']).toBeTypeOf('string')
    const { examples } = node
    if (!Array.isArray(examples)) throw new Error('no examples')
    const judge = new Ajv({ strict: false }).compile(
      node['$id'] === undefined ? node : { ...node, $id: undefined },
    )
    for (const example of examples) expect(judge(example), JSON.stringify(judge.errors)).toBe(true)
  })

  it('knows no key that is not in it', () => {
    const open = all.filter(
      ({ node }) => 'properties' in node && node['additionalProperties'] !== false,
    )
    expect(open.map(({ at }) => at)).toEqual([])
  })

  it.each(documentedPolicies.map((text, index) => ({ index, text })))(
    'accepts policy $index of the README',
    ({ text }) => {
      expect(validates(parse(text)), JSON.stringify(validates.errors)).toBe(true)
    },
  )

  it.each(initialPolicies)('accepts what init writes', (initial) => {
    expect(validates(parse(initialPolicyText(initial))), JSON.stringify(validates.errors)).toBe(
      true,
    )
  })

  it('accepts every right policy', () => {
    fc.assert(
      fc.property(rightPolicy, (policy) => {
        expect(validates(parse(printPolicy(policy))), JSON.stringify(validates.errors)).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  it.each([
    ['signers:', 'signrs:'],
    ['signers: .bulkhead/allowed_signers', 'signing: {}'],
    [
      'signers: .bulkhead/allowed_signers',
      'signing: { principals: { ada: { committers: ["*"] } } }',
    ],
    ['timeout: 5m', 'timeout: 5'],
    ['    inventory:', '    # inventory:'],
    [', separation: process', ''],
    ['"{artifact}"', 'artifact'],
    ['dist/tenant-app.mjs', '../app.mjs'],
    ['tenant-isolation:\n', 'Tenant:\n'],
    ['20%', '20'],
    ['[reports/tenant-isolation.xml]', '[a, a]'],
    ['APP_ENV', 'PORT'],
    ['version: 1', 'version: 2'],
  ])('refuses %s as %s', (from, to) => {
    expect(validates(parse(exampleWith({ from, to })))).toBe(false)
  })
})
