import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { type ActionDefinition, allInputs, allOutputs } from '../action-definition.ts'
import { type InputSpec, defaultText } from '../input-specs.ts'

/** What an action promises in public, read from its `action.yml` and its README. */
export interface Contract {
  readonly manifest: unknown
  /** The rows of the README's tables of inputs and of outputs, without their headers. */
  readonly inputRows: readonly string[]
  readonly outputRows: readonly string[]
}

/** What `action.yml` must say of inputs and outputs, and the rows of the README, by the definition. */
export function contractOf(definition: ActionDefinition): Contract {
  const inputs = Object.entries(allInputs(definition))
  const outputs = Object.entries(allOutputs(definition))
  return {
    manifest: {
      inputs: Object.fromEntries(inputs.map(([name, spec]) => [name, manifestInput(spec)])),
      outputs: Object.fromEntries(
        outputs.map(([name, { description }]) => [name, { description }]),
      ),
      // One bundled file and nothing else: no composite, so no action of others is called (T02).
      runs: { using: 'node24', main: 'dist/main.mjs' },
    },
    inputRows: inputs.map(
      ([name, spec]) => `| \`${name}\` | ${needOf(spec)} | ${spec.description} |`,
    ),
    outputRows: outputs.map(([name, { description }]) => `| \`${name}\` | ${description} |`),
  }
}

function manifestInput(spec: InputSpec) {
  const fallback = defaultText(spec)
  const { description } = spec
  return {
    description,
    required: isRequired(spec),
    ...(fallback === undefined ? {} : { default: fallback }),
  }
}

const isRequired = (spec: InputSpec): boolean => spec.kind !== 'boolean' && spec.required === true

function needOf(spec: InputSpec): string {
  if (isRequired(spec)) return 'required'
  const fallback = defaultText(spec)
  return fallback === undefined ? '' : `\`${fallback}\``
}

/** The same, as the files in an action's folder have it. */
export async function manifestOf(directory: string): Promise<Contract> {
  const manifest: unknown = parse(await readFile(join(directory, 'action.yml'), 'utf8'))
  const { inputs, outputs, runs } = manifest as Readonly<Record<string, unknown>>
  const readme = await readFile(join(directory, 'README.md'), 'utf8')
  return {
    manifest: { inputs, outputs, runs },
    inputRows: rowsUnder('## Inputs', readme),
    outputRows: rowsUnder('## Outputs', readme),
  }
}

function rowsUnder(heading: string, readme: string): readonly string[] {
  const section = readme.split(/^(?=## )/m).find((part) => part.startsWith(heading)) ?? ''
  return section.split('\n').filter((line) => line.startsWith('| `'))
}

/** What the README's first example of an action gets wrong, in words; empty when it can be copied. */
export async function exampleDefects(
  { name, ...definition }: ActionDefinition,
  directory: string,
): Promise<readonly string[]> {
  const readme = await readFile(join(directory, 'README.md'), 'utf8')
  const example = parse(/```yaml\n(.*?)```/s.exec(readme)?.[1] ?? '') as {
    permissions?: unknown
    steps?: readonly { uses?: string; with?: Readonly<Record<string, unknown>> }[]
  } | null
  const step = example?.steps?.find(({ uses }) =>
    uses?.startsWith(`OWNER/bulkhead/actions/${name}@<sha>`),
  )
  if (step === undefined) return [`no step of the example uses ${name} by commit id`]
  const inputs = Object.entries(allInputs({ name, ...definition }))
  const given = Object.keys(step.with ?? {})
  return [
    ...(example?.permissions === undefined ? ['the example declares no permissions'] : []),
    ...given
      .filter((key) => !inputs.some(([known]) => known === key))
      .map((key) => `there is no input ${key}`),
    ...inputs
      .filter(([key, spec]) => isRequired(spec) && !given.includes(key))
      .map(([key]) => `the required input ${key} is not given`),
  ]
}
