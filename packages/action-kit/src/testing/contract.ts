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
      outputs: Object.fromEntries(outputs.map(([name, { description }]) => [name, { description }])),
    },
    inputRows: inputs.map(([name, spec]) => `| \`${name}\` | ${needOf(spec)} | ${spec.description} |`),
    outputRows: outputs.map(([name, { description }]) => `| \`${name}\` | ${description} |`),
  }
}

function manifestInput(spec: InputSpec) {
  const fallback = defaultText(spec)
  const { description } = spec
  return { description, required: isRequired(spec), ...(fallback === undefined ? {} : { default: fallback }) }
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
  const { inputs, outputs } = manifest as { inputs: unknown; outputs: unknown }
  const readme = await readFile(join(directory, 'README.md'), 'utf8')
  return { manifest: { inputs, outputs }, inputRows: rowsUnder('## Inputs', readme), outputRows: rowsUnder('## Outputs', readme) }
}

function rowsUnder(heading: string, readme: string): readonly string[] {
  const section = readme.split(/^(?=## )/m).find((part) => part.startsWith(heading)) ?? ''
  return section.split('\n').filter((line) => line.startsWith('| `'))
}
