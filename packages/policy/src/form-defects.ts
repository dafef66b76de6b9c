import * as v from 'valibot'
import { inlineYaml } from './inline-yaml.ts'
import { keySchemaAt, schemaAt, valueAt } from './schema-walk.ts'
import { type Defect, type YamlPath, cut, showFound, showPath } from './yaml-path.ts'

/**
 * What is wrong with the form of plain data, as a schema sees it: every place once, each with what
 * was found there, what is wanted, and an example. `original` is the data before unknown keys were
 * taken out, so that messages speak of what was written.
 */
export function formDefects(
  schema: v.GenericSchema,
  known: unknown,
  original: unknown,
): readonly Defect[] {
  const result = v.safeParse(schema, known)
  if (result.success) return []
  const defects = new Map<string, Defect>()
  for (const issue of result.issues) {
    const defect = defectOf(schema, issue, original)
    const place = JSON.stringify([defect.path, defect.part, defect.key])
    if (!defects.has(place)) defects.set(place, defect)
  }
  return [...defects.values()]
}

function defectOf(schema: v.GenericSchema, issue: v.BaseIssue<unknown>, original: unknown): Defect {
  const path = (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)))
  const atKey = issue.path?.at(-1)?.origin === 'key'
  if (issue.type === 'variant') return unknownKind(issue, path, original)
  if (!atKey) return invalidValue(schema, path, original)
  return issue.type === 'strict_object'
    ? missingKey(schema, path, original)
    : invalidName(schema, path, original)
}

/** A `kind` that there is not: no branch says what is wanted here, so the kinds themselves do. */
function unknownKind(issue: v.BaseIssue<unknown>, path: YamlPath, data: unknown): Defect {
  const kinds = [...(issue.expected ?? '').matchAll(/"([^"]+)"/g)].map(([, kind = '']) => kind)
  const [first = ''] = kinds
  return {
    code: 'policy/invalid-value',
    path,
    part: 'value',
    message: `${showPath(path)}: found ${showFound(valueAt(data, path))}, want ${kinds.join(' or ')}`,
    remedy: `Change it, for example: \`kind: ${first}\`.`,
  }
}

function missingKey(schema: v.GenericSchema, path: YamlPath, data: unknown): Defect {
  const { form, example } = helpOf(schemaAt(schema, path, data))
  const key = String(path.at(-1))
  return {
    code: 'policy/missing-key',
    path: path.slice(0, -1),
    part: 'key',
    key,
    message: `${showPath(path.slice(0, -1))}: the key \`${key}\` is missing; it wants ${form}`,
    remedy: `Add it, ${suggestion(inline({ [key]: example }))}.`,
  }
}

function invalidName(schema: v.GenericSchema, path: YamlPath, data: unknown): Defect {
  const { form, example } = helpOf(keySchemaAt(schema, path.slice(0, -1), data))
  return {
    code: 'policy/invalid-value',
    path,
    part: 'key',
    message: `${showPath(path.slice(0, -1))}: found ${showFound(path.at(-1))} as a key, want ${form}`,
    remedy: `Rename it, for example to \`${String(example)}\`.`,
  }
}

function invalidValue(schema: v.GenericSchema, path: YamlPath, data: unknown): Defect {
  const found = valueAt(data, path)
  const { form, example } = helpOf(schemaAt(schema, path, data))
  const key = path.at(-1)
  const shown = typeof key === 'string' ? { [cut(key, 64)]: example } : example
  return {
    code: 'policy/invalid-value',
    path,
    part: 'value',
    message: `${showPath(path)}: found ${showFound(found)}, want ${form}`,
    remedy:
      path.length === 0
        ? 'Start from what `bulkhead init` writes.'
        : `Change it, ${suggestion(inline(shown))}.`,
  }
}

function helpOf(schema: v.GenericSchema | undefined): {
  readonly form: string
  readonly example: unknown
} {
  if (schema === undefined) return { form: 'something else', example: null }
  const [example]: readonly unknown[] = v.getExamples(schema)
  return { form: v.getTitle(schema) ?? schema.expects, example }
}

/** A whole section does not fit a line; `init` shows one with comments. */
const suggestion = (example: string): string =>
  example.length <= 160 ? `for example: \`${example}\`` : 'in the form that `bulkhead init` writes'

/** One line of YAML; a mapping of one key without its braces, as it stands in a file. */
function inline(value: unknown): string {
  const text = inlineYaml(value)
  return typeof value === 'object' && !Array.isArray(value)
    ? text.replace(/^\{ (.*) \}$/s, '$1')
    : text
}
