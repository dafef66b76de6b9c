import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { Ajv, type ValidateFunction } from 'ajv'

/** GitHub's official description of its REST API, as far as answers and queries are checked by it. */
export interface ApiDescription {
  /** The operation behind a path without its query, with the values in the path. */
  readonly find: (method: string, path: string) => Operation | undefined
}

export interface Operation {
  /** The path as the description writes it: `/repos/{owner}/{repo}`. */
  readonly template: string
  readonly values: Readonly<Record<string, string>>
  /** Names of the query parameters that it knows. */
  readonly query: readonly string[]
  readonly statuses: readonly string[]
  /** The description's own example of an answer in JSON; undefined where it has none. */
  readonly example: unknown
  /** What is wrong with an answer in JSON; undefined when nothing is. */
  readonly objectionTo: (status: number, body: unknown) => string | undefined
  /** What is wrong with what was sent; members that the description does not know among it. */
  readonly objectionToSent: (body: unknown) => string | undefined
}

interface Described {
  readonly requestBody?: Reference
  readonly parameters?: readonly Reference[]
  readonly responses: Readonly<Record<string, Reference>>
}

interface Reference {
  readonly $ref?: string
  readonly name?: string
  readonly in?: string
  readonly content?: Readonly<
    Record<
      string,
      { readonly schema?: unknown; readonly examples?: Readonly<Record<string, unknown>> }
    >
  >
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
}

const JSON_TYPE = 'application/json'
let loaded: Promise<ApiDescription> | undefined

/** Reads the description, once a process: it has 13 MB. */
export function apiDescription(): Promise<ApiDescription> {
  loaded ??= load()
  return loaded
}

async function load(): Promise<ApiDescription> {
  const file = createRequire(import.meta.url).resolve(
    '@octokit/openapi/generated/api.github.com.json',
  )
  const description: Description = JSON.parse(await readFile(file, 'utf8'), admitNull)
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: false, logger: false })
  ajv.addSchema(description, 'openapi')
  const compiled = new Map<string, ValidateFunction>()
  const schemaAt = (pointer: string): ValidateFunction => {
    const known = compiled.get(pointer) ?? ajv.compile({ $ref: `openapi#${pointer}` })
    compiled.set(pointer, known)
    return known
  }
  const templates = Object.keys(description.paths).map((template) => ({
    template,
    pattern: patternOf(template),
  }))
  return {
    find(method, path) {
      const found = templates
        .map(({ template, pattern }) => ({ template, match: pattern.exec(path) }))
        .filter(({ match }) => match !== null)
        // Literal words win over values: `/runs/attempts` is no run called so.
        .sort((a, b) => holes(a.template) - holes(b.template))[0]
      const described = found && description.paths[found.template]?.[method.toLowerCase()]
      if (found === undefined || described === undefined) return undefined
      return operation(
        description,
        found.template,
        { ...found.match?.groups },
        described,
        method,
        schemaAt,
      )
    },
  }
}

/**
 * In OpenAPI 3.0 `nullable` admits null beside an enumeration, and beside a choice of schemas; in JSON
 * Schema the list must name it, and the choice must have it.
 */
function admitNull(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (!('nullable' in value) || value.nullable !== true) return value
  if (!('type' in value)) {
    const { nullable: _, ...rest } = value
    return { anyOf: [rest, { type: 'null' }] }
  }
  if (!('enum' in value) || !Array.isArray(value.enum)) return value
  return { ...value, enum: [...value.enum, null] }
}

const holes = (template: string): number => template.split('{').length

const patternOf = (template: string): RegExp =>
  new RegExp(`^${template.replaceAll('.', '\\.').replace(/\{([a-z_]+)\}/g, '(?<$1>[^/]+)')}$`)

function operation(
  description: Description,
  template: string,
  values: Readonly<Record<string, string>>,
  described: Described,
  method: string,
  schemaAt: (pointer: string) => ValidateFunction,
): Operation {
  const at = `/paths/${escape(template)}/${method.toLowerCase()}/responses`
  const contentOf = (status: string) =>
    follow(description, described.responses[status])?.content?.[JSON_TYPE]
  const [example] = Object.values((contentOf('200') ?? contentOf('201'))?.examples ?? {})
  return {
    template,
    values,
    query: (described.parameters ?? []).flatMap((parameter) => {
      const { name, in: place } = follow(description, parameter) ?? {}
      return place === 'query' && name !== undefined ? [name] : []
    }),
    statuses: Object.keys(described.responses),
    example: valueOf(follow(description, example)),
    objectionTo(status, body) {
      const response = described.responses[String(status)]
      if (response === undefined) return `${status} is no answer of ${template}`
      if (contentOf(String(status))?.schema === undefined) return undefined
      const base = response.$ref?.slice(1) ?? `${at}/${status}`
      const validate = schemaAt(`${base}/content/${escape(JSON_TYPE)}/schema`)
      if (validate(body)) return undefined
      return objectionOf(template, validate)
    },
    objectionToSent(body) {
      const schema = described.requestBody?.content?.[JSON_TYPE]?.schema
      if (schema === undefined) return `${template} takes no JSON`
      const validate = schemaAt(
        `/paths/${escape(template)}/${method.toLowerCase()}/requestBody/content/${escape(JSON_TYPE)}/schema`,
      )
      if (!validate(body)) return objectionOf(template, validate)
      const known = Object.keys(propertiesOf(schema))
      const unknown = Object.keys(body ?? {}).filter((key) => !known.includes(key))
      return unknown.length === 0 ? undefined : `${template} knows no ${unknown.join()}`
    },
  }
}

function objectionOf(template: string, { errors }: ValidateFunction): string {
  const [error] = errors ?? []
  return `${template}: ${error?.instancePath ?? ''} ${error?.message ?? ''}`
}

function propertiesOf(schema: unknown): object {
  const properties: unknown =
    typeof schema === 'object' && schema !== null ? Reflect.get(schema, 'properties') : undefined
  return typeof properties === 'object' && properties !== null ? properties : {}
}

const escape = (text: string): string =>
  encodeURIComponent(text.replaceAll('~', '~0').replaceAll('/', '~1'))

const valueOf = (example: unknown): unknown =>
  typeof example === 'object' && example !== null && 'value' in example ? example.value : undefined

/** What a reference leads to; a thing that is no reference is itself. */
function follow<Thing>(description: unknown, thing: Thing): Thing | undefined {
  if (typeof thing !== 'object' || thing === null || !('$ref' in thing)) return thing
  if (typeof thing.$ref !== 'string') return thing
  let at: unknown = description
  for (const step of thing.$ref.slice(2).split('/'))
    at = typeof at === 'object' && at !== null ? Reflect.get(at, step) : undefined
  return at as Thing | undefined
}
