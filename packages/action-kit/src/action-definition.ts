import { type InputSpecs, type InputValues, defineInputs } from './input-specs.ts'
import { PRIVILEGED_INPUTS } from './runner-kind.ts'
import { COMMON_OUTPUTS, type OutputSpecs } from './outputs.ts'

/** An action as its `action.yml` and README show it; a test holds the three together. */
export interface ActionDefinition<
  Inputs extends InputSpecs = InputSpecs,
  Outputs extends OutputSpecs = OutputSpecs,
> {
  readonly name: string
  /** It holds keys or a token that others do not have: an environment that somebody prepared is refused. */
  readonly privileged?: boolean
  readonly inputs: Inputs
  /** The action's own outputs; those that every action has are added to them. */
  readonly outputs: Outputs
}

/** Inputs that every action has. */
export const COMMON_INPUTS = defineInputs({
  'working-directory': {
    kind: 'path',
    default: '.',
    description:
      'A folder of the repository that is judged. Relative paths start at the workspace.',
  },
  annotations: {
    kind: 'boolean',
    default: true,
    description:
      'Whether findings are shown as annotations, besides the log and the job summary. Exactly true or false.',
  },
})

/** The values of a definition's own inputs and of those that every action has. */
export type AllValues<Inputs extends InputSpecs> = InputValues<Inputs> &
  InputValues<typeof COMMON_INPUTS>

/** Declares an action. Literal types are kept, so that values and outputs are checked by name. */
export const defineAction = <const Inputs extends InputSpecs, const Outputs extends OutputSpecs>(
  definition: ActionDefinition<Inputs, Outputs>,
): ActionDefinition<Inputs, Outputs> => definition

/** Every input of an action, as `action.yml` has them. */
export const allInputs = (definition: ActionDefinition): InputSpecs => ({
  ...definition.inputs,
  ...commonInputs(definition),
})

/** Those that an action has besides its own. */
export const commonInputs = ({ privileged = false }: ActionDefinition) =>
  privileged ? { ...PRIVILEGED_INPUTS, ...COMMON_INPUTS } : COMMON_INPUTS

/** Every output of an action, as `action.yml` has them. */
export const allOutputs = ({ outputs }: ActionDefinition): OutputSpecs => ({
  ...outputs,
  ...COMMON_OUTPUTS,
})

/** The action's own outputs when it has no answer to give. */
export function unansweredOutputs(
  { outputs }: ActionDefinition,
  why: 'denied' | 'error',
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(outputs).flatMap(([name, { unanswered }]) =>
      unanswered === undefined ? [] : [[name, unanswered[why]] as const],
    ),
  )
}
