import { type ActionContext, type CommandRule, checkCommandInputs } from '@bulkhead/action-kit'
import { InputError, MOMENT_EXAMPLE, momentOf } from '@bulkhead/vocabulary'
import type { action } from './action.ts'

type Inputs = ActionContext<typeof action.inputs>['inputs']
type Command = Inputs['command']
type Special = 'verifier-policy' | 'format' | 'file' | 'since' | 'until' | 'keys-file'

/** Inputs that belong to one command, and what that command cannot do without. */
const RULES: readonly CommandRule<Special, Command>[] = [
  ['verifier-policy', ['verify'], false],
  ['format', ['export'], false],
  ['file', ['export'], true],
  ['since', ['export'], false],
  ['until', ['export'], false],
  ['keys-file', ['heartbeat'], true],
]

/** @throws InputError with one finding for each input that is missing or belongs to another command */
export const checkCombination = (inputs: Inputs): void => {
  checkCommandInputs(inputs, RULES)
}

/** ISO 8601, from a day on. @throws InputError `action/invalid-input` */
export function momentIn(input: 'since' | 'until', text: string): string {
  const moment = momentOf(text)
  if (moment !== undefined) return moment
  throw new InputError({
    code: 'action/invalid-input',
    subject: `input ${input}`,
    message: `${JSON.stringify(text.slice(0, 100))} is not a moment`,
    remedy: `write one such as ${MOMENT_EXAMPLE}`,
  })
}
