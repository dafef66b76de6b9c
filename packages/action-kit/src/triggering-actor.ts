import type { Environment } from './inputs.ts'

/** Who started the workflow. The number stands for the account and stays when it is renamed. */
export interface TriggeringActor {
  readonly provider: 'github'
  readonly id: string
  readonly role: string
}

/** Reads the actor that the runner states. The ledger cannot forget, so it gets no name. */
export function triggeringActor(env: Environment, role: string): readonly TriggeringActor[] {
  const id = env['GITHUB_ACTOR_ID'] ?? ''
  return [{ provider: 'github', id: /^[0-9]{1,20}$/.test(id) ? id : 'unknown', role }]
}
