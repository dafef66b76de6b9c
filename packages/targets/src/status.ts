import { ask } from './control/control-client.ts'
import type { SupervisorState } from './fleet-status.ts'
import { livingOwner } from './fleet/ownership.ts'
import { stateDirectory } from './fleet/state-directory.ts'

/**
 * What the supervisor says, undefined when no fleet is up in this directory.
 * @throws WorldError when one is up and does not answer.
 */
export async function fleetStatus(directory: string): Promise<SupervisorState | undefined> {
  const state = stateDirectory(directory)
  try {
    return await ask(state, { op: 'state' })
  } catch (error) {
    if ((await livingOwner(state)) === undefined) return undefined
    throw error
  }
}
