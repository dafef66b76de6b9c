import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema'
import { policyForm } from './schema.ts'

/**
 * The JSON Schema (draft 7, which editors read) of `bulkhead.yml`, from the schema that parses it, with
 * a description on every key. What only {@link parsePolicy} can judge, such as sums over zones, is not
 * in it: an editor that is content does not make a policy right.
 */
export function policyJsonSchema(): Record<string, unknown> {
  const generated: JsonSchema = toJsonSchema(policyForm, {
    target: 'draft-07',
    typeMode: 'input',
    errorMode: 'throw',
    ignoreActions: ['check'],
  })
  const head = {
    $id: 'https://bulkhead.dev/policy/v1.schema.json',
    title: 'bulkhead.yml, version 1',
  }
  return RULES_BEYOND_VALIBOT.reduce<Record<string, unknown>>(
    (schema, { at, rule }) => amend(schema, at, rule),
    { ...generated, ...head },
  )
}

/** Rules of `cross-field.ts` that JSON Schema can say. */
const RULES_BEYOND_VALIBOT: readonly {
  readonly at: readonly string[]
  readonly rule: JsonSchema
}[] = [
  {
    at: [],
    rule: {
      anyOf: [
        { required: ['signers'] },
        { required: ['signing'], properties: { signing: { required: ['principals'] } } },
      ],
    },
  },
  {
    at: ['properties', 'suites', 'additionalProperties'],
    rule: {
      if: { properties: { mandatory: { const: true } }, required: ['mandatory'] },
      // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
      then: { required: ['inventory'] },
    },
  },
  {
    at: [
      'properties',
      'environments',
      'additionalProperties',
      'properties',
      'target',
      'oneOf',
      '0',
      'properties',
      'command',
    ],
    rule: { contains: { type: 'string', pattern: '\\{artifact\\}' } },
  },
  {
    at: ['properties', 'suites', 'additionalProperties', 'properties', 'reports'],
    rule: { uniqueItems: true },
  },
  {
    at: ['properties', 'suites', 'additionalProperties', 'properties', 'legs'],
    rule: { uniqueItems: true },
  },
  { at: ['properties', 'build', 'properties', 'artifacts'], rule: { uniqueItems: true } },
  { at: entryOf('voucher'), rule: oneKind(['file', 'separation'], ['github']) },
  { at: entryOf('builder'), rule: oneKind(['file'], ['sigstore']) },
  { at: entryOf('gate'), rule: oneKind(['file'], ['sigstore']) },
]

function entryOf(role: string): readonly string[] {
  return ['properties', 'keys', 'properties', role, 'items']
}

/** Each entry of `keys` is a signer of exactly one kind, and has what that kind needs. */
function oneKind(key: readonly string[], other: readonly [string]): JsonSchema {
  const none = {
    not: { anyOf: ['file', 'kms', 'separation'].map((name) => ({ required: [name] })) },
  }
  return {
    oneOf: [
      { required: [...key], not: { required: [...other] } },
      { required: [...other], ...none },
    ],
  }
}

function amend(
  schema: Readonly<Record<string, unknown>>,
  [step, ...below]: readonly string[],
  rule: JsonSchema,
): Record<string, unknown> {
  if (step === undefined) return { ...schema, ...rule }
  const inner = schema[step]
  const [at = '', ...rest] = below
  if (Array.isArray(inner)) {
    const branches: readonly unknown[] = inner
    return {
      ...schema,
      [step]: branches.map((branch, index) =>
        isObject(branch) && String(index) === at ? amend(branch, rest, rule) : branch,
      ),
    }
  }
  if (!isObject(inner)) throw new TypeError(`the generated JSON Schema has no ${step}`)
  return { ...schema, [step]: amend(inner, below, rule) }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
