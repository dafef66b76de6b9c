import { type Finding, InputError } from '@bulkhead/vocabulary'
import { type InputSpec, type InputSpecs, type InputValues, defaultText } from './input-specs.ts'
import { parseInput } from './input-value.ts'

/** The environment of the process, in which the runner passes inputs. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The variable in which the runner passes an input: upper case, spaces as underscores, hyphens kept
 * (GitHub docs, "Metadata syntax for GitHub Actions", inputs).
 */
export const inputVariable = (name: string): string =>
  `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`

/**
 * Reads every input of an action and reports all mistakes at once. `required: true` in `action.yml`
 * makes no runner refuse a step, so it is checked here.
 * @throws InputError with one finding for each input that is missing, unknown or malformed
 */
export function readInputs<Own extends InputSpecs, Common extends InputSpecs>(
  registry: { readonly own: Own; readonly common: Common },
  env: Environment,
): InputValues<Own> & InputValues<Common> {
  const specs: InputSpecs = { ...registry.own, ...registry.common }
  const findings = unknownInputs(specs, env)
  const values: Record<string, unknown> = {}
  for (const [name, spec] of Object.entries(specs)) {
    const read = readInput(name, spec, env)
    if (read.kind === 'value') values[name] = read.value
    else findings.push(read.finding)
  }
  if (findings.length > 0) throw new InputError(findings)
  // The border: each value was parsed by the very spec from which its type follows.
  return values as InputValues<Own> & InputValues<Common>
}

/** The values of inputs that are secrets, as they were given and before any is judged. */
export const secretValues = (specs: InputSpecs, env: Environment): readonly string[] =>
  Object.entries(specs)
    .filter(([, { kind }]) => kind === 'secret')
    .map(([name]) => env[inputVariable(name)] ?? '')
    .filter((value) => value !== '')

type ReadInput =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly finding: Finding }

function readInput(name: string, spec: InputSpec, env: Environment): ReadInput {
  const fallback = defaultText(spec)
  const text = env[inputVariable(name)] ?? fallback ?? ''
  // The runner sets an input that is not given to its default, and to the empty text without one.
  if (text === '' && fallback === undefined) return notGiven(name, spec)
  const parsed = parseInput(spec, text, env['GITHUB_WORKSPACE'] ?? process.cwd())
  if (parsed.kind === 'defect')
    return refused('action/invalid-input', name, parsed.message, parsed.remedy)
  if (
    spec.kind === 'lines' &&
    spec.required &&
    Array.isArray(parsed.value) &&
    parsed.value.length === 0
  )
    return notGiven(name, spec)
  return parsed
}

function notGiven(name: string, spec: InputSpec): ReadInput {
  if (spec.kind !== 'boolean' && spec.required) {
    return refused(
      'action/missing-input',
      name,
      'is required and was not given',
      `set \`${name}:\` under \`with:\``,
    )
  }
  return { kind: 'value', value: spec.kind === 'lines' ? [] : undefined }
}

const refused = (
  code: Finding['code'],
  name: string,
  message: string,
  remedy: string,
): ReadInput => ({
  kind: 'refused',
  finding: { code, subject: `input ${name}`, message, remedy },
})

/** A misspelt input would otherwise be ignored with a warning that nobody reads. */
function unknownInputs(specs: InputSpecs, env: Environment): Finding[] {
  const known = new Set(Object.keys(specs).map(inputVariable))
  return Object.keys(env)
    .filter((variable) => variable.startsWith('INPUT_') && !known.has(variable))
    .sort()
    .map((variable) => ({
      code: 'action/unknown-input' as const,
      subject: `input ${variable.slice('INPUT_'.length).toLowerCase()}`,
      message: 'this action has no such input',
      remedy: `use one of: ${Object.keys(specs).sort().join(', ')}`,
    }))
}
