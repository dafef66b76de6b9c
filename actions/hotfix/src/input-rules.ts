import { type ActionContext, type CommandRule, checkCommandInputs } from '@bulkhead/action-kit'
import type { GithubAccess } from '@bulkhead/release'
import { InputError } from '@bulkhead/vocabulary'
import type { action } from './action.ts'

export type Context = ActionContext<typeof action.inputs>
type Inputs = Context['inputs']
type Command = Inputs['command']

const WRITING = ['declare', 'acknowledge', 'approve', 'ship', 'repay', 'close'] as const
const LANE = [...WRITING, 'status'] as const
const ABOUT_ONE = ['acknowledge', 'approve', 'ship', 'status', 'repay', 'close'] as const
const BY_COMMENT = ['declare', 'acknowledge', 'approve', 'ship', 'status', 'close'] as const

type Special =
  | 'genesis'
  | 'environment'
  | 'hotfix'
  | 'commit'
  | 'severity'
  | 'advisory'
  | 'reason'
  | 'public'
  | 'suspect-running'
  | 'break-lease'
  | 'break-reason'
  | 'debt'
  | 'evidence'
  | 'withdraw'
  | 'comment'
  | 'workflow'
  | 'keys-file'

/** Inputs that belong to some commands, and what these cannot do without. */
const RULES: readonly CommandRule<Special, Command>[] = [
  ['genesis', LANE, true],
  ['environment', LANE, false],
  ['hotfix', ABOUT_ONE, false],
  ['commit', ['declare'], true],
  ['severity', ['declare'], true],
  // Secrets that a workflow hands to every command are read by the one that needs them.
  ['advisory', [...LANE, 'dispatch'], false],
  ['reason', [...LANE, 'dispatch'], false],
  ['public', ['declare'], false],
  ['suspect-running', ['ship'], false],
  ['break-lease', ['ship'], false],
  ['break-reason', ['ship'], false],
  ['debt', ['repay'], true],
  ['evidence', ['repay'], false],
  ['withdraw', ['close'], false],
  ['comment', BY_COMMENT, false],
  ['workflow', ['dispatch'], true],
  ['keys-file', LANE, false],
]

/** @throws InputError with one finding for each input that is missing or belongs to another command */
export function checkCombination(inputs: Inputs): void {
  checkCommandInputs(inputs, RULES)
  const { command } = inputs
  if (command !== 'status' && command !== 'dispatch') required(inputs, 'keys-file')
  if (command === 'declare')
    for (const name of ['advisory', 'reason'] as const) required(inputs, name)
  if ((inputs['break-lease'] === undefined) !== (inputs['break-reason'] === undefined))
    throw missing('break-reason', 'a lease is ended by its token and for a reason')
}

/** The value of an input that this command cannot do without. @throws InputError */
export function required(
  inputs: Inputs,
  name: 'advisory' | 'reason' | 'keys-file' | 'genesis',
): string {
  const value = inputs[name]
  if (value !== undefined) return value
  throw missing(name, `is required by \`command: ${inputs.command}\` and was not given`)
}

/** GitHub, for what cannot be done without it. @throws InputError */
export function requiredGithub(github: GithubAccess | undefined, command: Command): GithubAccess {
  if (github !== undefined) return github
  throw missing('github-token', `is required by \`command: ${command}\` and was not given`)
}

const missing = (name: string, message: string): InputError =>
  new InputError({
    code: 'action/missing-input',
    subject: `input ${name}`,
    message,
    remedy: `set \`${name}:\` under \`with:\``,
  })
