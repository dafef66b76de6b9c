import type * as v from 'valibot'
import { type Defect, type YamlPath, cut, showFound, showPath } from './yaml-path.ts'
import { nearestKey } from '@bulkhead/vocabulary'

/** Names that every JavaScript object answers to by itself: as keys they invite mix-ups. */
const RESERVED = new Set(['__proto__', 'constructor', 'prototype'])

/** What holds the keys and items of a schema, behind `optional`. */
function shapeOf(
  schema: v.GenericSchema,
  data: unknown,
): {
  readonly entries?: Readonly<Record<string, v.GenericSchema>>
  readonly record?: { readonly key: v.GenericSchema; readonly value: v.GenericSchema }
  readonly item?: v.GenericSchema
} {
  if ('wrapped' in schema && isSchema(schema.wrapped)) return shapeOf(schema.wrapped, data)
  if ('options' in schema && Array.isArray(schema.options)) {
    const branch = branchOf(schema.options, data)
    return branch === undefined ? {} : shapeOf(branch, data)
  }
  if ('entries' in schema && isEntries(schema.entries)) return { entries: schema.entries }
  if ('item' in schema && isSchema(schema.item)) return { item: schema.item }
  if ('key' in schema && 'value' in schema && isSchema(schema.key) && isSchema(schema.value)) {
    return { record: { key: schema.key, value: schema.value } }
  }
  return {}
}

/** The branch of a variant whose `kind` the data names. */
const branchOf = (branches: readonly unknown[], data: unknown): v.GenericSchema | undefined =>
  branches.filter(isSchema).find((branch) => {
    const { entries } = shapeOf(branch, data)
    const kind = entries?.['kind']
    return kind !== undefined && 'literal' in kind && kind.literal === valueAt(data, ['kind'])
  })

const isSchema = (value: unknown): value is v.GenericSchema =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'schema'

const isEntries = (value: unknown): value is Record<string, v.GenericSchema> =>
  typeof value === 'object' && value !== null && Object.values(value).every(isSchema)

/** Whether plain data is a mapping. */
export const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * The schema of the value at a path, undefined where the format has nothing. The data says which
 * branch of a variant is meant.
 */
export function schemaAt(
  schema: v.GenericSchema,
  path: YamlPath,
  data: unknown,
): v.GenericSchema | undefined {
  let current: v.GenericSchema | undefined = schema
  for (const [depth, step] of path.entries()) {
    if (current === undefined) return undefined
    const { entries, record, item }: ReturnType<typeof shapeOf> = shapeOf(
      current,
      valueAt(data, path.slice(0, depth)),
    )
    if (entries) current = Object.hasOwn(entries, step) ? entries[step] : undefined
    else current = record?.value ?? item
  }
  return current !== undefined && 'wrapped' in current && isSchema(current.wrapped)
    ? current.wrapped
    : current
}

/** The schema of the keys of the mapping at a path. */
export function keySchemaAt(
  schema: v.GenericSchema,
  path: YamlPath,
  data: unknown,
): v.GenericSchema | undefined {
  const mapping = schemaAt(schema, path, data)
  return mapping === undefined ? undefined : shapeOf(mapping, valueAt(data, path)).record?.key
}

/** The value at a path of plain data. */
export function valueAt(data: unknown, path: YamlPath): unknown {
  let current = data
  for (const step of path) {
    if (Array.isArray(current)) current = current[Number(step)]
    else if (isMapping(current)) current = current[String(step)]
    else return undefined
  }
  return current
}

/**
 * The data without the keys that the format does not have, and a defect for each of them. valibot by
 * itself names only the first unknown key, takes a list for a mapping, and passes over reserved names.
 */
export function withoutUnknownKeys(
  schema: v.GenericSchema,
  data: unknown,
  path: YamlPath = [],
): { readonly known: unknown; readonly defects: readonly Defect[] } {
  const { entries, record, item } = shapeOf(schema, data)
  if (item !== undefined) {
    if (!Array.isArray(data)) return { known: data, defects: [] }
    const items = data.map((value, index) => withoutUnknownKeys(item, value, [...path, index]))
    return { known: items.map((i) => i.known), defects: items.flatMap((i) => i.defects) }
  }
  if (entries === undefined && record === undefined) return { known: data, defects: [] }
  if (!isMapping(data)) return { known: null, defects: [] }
  const known: Record<string, unknown> = Object.create(null)
  const defects: Defect[] = []
  for (const [key, value] of Object.entries(data)) {
    const place = [...path, key]
    const inner = entries ? (Object.hasOwn(entries, key) ? entries[key] : undefined) : record?.value
    if (inner === undefined) defects.push(unknownKey(place, Object.keys(entries ?? {})))
    else if (record && RESERVED.has(key)) defects.push(reservedName(place))
    else {
      const below = withoutUnknownKeys(inner, value, place)
      known[key] = below.known
      defects.push(...below.defects)
    }
  }
  return { known, defects }
}

function unknownKey(path: YamlPath, known: readonly string[]): Defect {
  const key = String(path.at(-1))
  const near = nearestKey(key, known)
  const shown = cut(key, 64)
  return {
    code: 'policy/unknown-key',
    path,
    part: 'key',
    ...(near !== undefined && { key: near }),
    message:
      `unknown key \`${shown}\` in ${showPath(path.slice(0, -1))}` +
      (near === undefined ? `; known here: ${known.join(', ')}` : `; did you mean \`${near}\`?`),
    remedy:
      near === undefined
        ? `Remove \`${shown}\`, or use one of: ${known.join(', ')}.`
        : `Rename \`${shown}\` to \`${near}\`, or remove it.`,
  }
}

const reservedName = (path: YamlPath): Defect => ({
  code: 'policy/invalid-value',
  path,
  part: 'key',
  message: `${showPath(path)}: ${showFound(path.at(-1))} cannot be a name: it is a reserved word`,
  remedy: 'Choose another name.',
})
