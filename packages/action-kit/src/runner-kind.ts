import { InputError } from '@bulkhead/vocabulary'
import { defineInputs } from './input-specs.ts'
import type { Environment } from './inputs.ts'

/** An input of every action that holds keys. */
export const PRIVILEGED_INPUTS = defineInputs({
  runner: {
    kind: 'choice',
    options: ['any', 'github-hosted', 'self-hosted'],
    default: 'any',
    description:
      "The kind of machine that may hold this step's keys: `github-hosted` refuses every other one, `self-hosted` says that you know what is left there between jobs, `any` warns of it.",
  },
})

/** Whatever a job left on such a machine is there when the next one brings its keys (threat model T22). */
const LEFT_BEHIND =
  'SELF-HOSTED runner: what a job before left running here can read the keys of this step. Use a machine for one job only, and say `runner: self-hosted`'

/**
 * What is to be said of the machine that an action with keys runs on; undefined for nothing.
 * @param env where the runner says what it is (`RUNNER_ENVIRONMENT`); who says nothing is not GitHub's
 * @throws InputError `action/refused-runner`
 */
export function judgeRunner(declared: string, env: Environment): string | undefined {
  const kind = env['RUNNER_ENVIRONMENT'] ?? ''
  if (declared === 'github-hosted' && kind !== 'github-hosted')
    throw new InputError({
      code: 'action/refused-runner',
      subject: 'input runner',
      message: `asks for a machine of GitHub, and this one is ${kind === 'self-hosted' ? kind : 'of an unknown kind'}`,
      remedy: 'run this job on a machine of GitHub, or say `runner: self-hosted`',
    })
  return declared === 'any' && kind === 'self-hosted' ? LEFT_BEHIND : undefined
}
