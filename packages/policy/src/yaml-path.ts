/** Where something stands in a YAML document: keys and list indexes from the top. */
export type YamlPath = readonly (string | number)[]

/** The key at a path, or what the key holds. */
export type YamlPart = 'key' | 'value'

/** Something wrong at a place of the policy; becomes a finding once the place has a line and column. */
export interface Defect {
  readonly code:
    | 'policy/not-yaml'
    | 'policy/unsupported-yaml'
    | 'policy/unknown-key'
    | 'policy/missing-key'
    | 'policy/invalid-value'
    | 'policy/inconsistent'
    | 'policy/missing-file'
    | 'policy/too-large'
  readonly path: YamlPath
  readonly part: YamlPart
  readonly message: string
  readonly remedy: string
  /** The key that is missing, or the known one that an unknown key was probably meant to be. */
  readonly key?: string
  /** A second place that the defect is about. */
  readonly other?: YamlPath
}

/** `suites.tenant-isolation.reports[0]`, for messages; the whole policy is `the policy`. */
export function showPath(path: YamlPath): string {
  if (path.length === 0) return 'the policy'
  const parts = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
  return cut(parts.join('').replace(/^\./, ''), 200)
}

/** What was found, short enough for a message. */
export function showFound(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value))
    return value.length === 0 ? 'an empty list' : `a list of ${value.length}`
  if (typeof value === 'object')
    return Object.keys(value).length === 0 ? 'an empty mapping' : 'a mapping'
  if (typeof value === 'string') return `the text ${JSON.stringify(cut(value, 80))}`
  if (typeof value === 'number') return `the number ${value}`
  return typeof value === 'boolean' ? String(value) : typeof value
}

/** Text from outside must not fill the screen. */
export const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most)}…`
