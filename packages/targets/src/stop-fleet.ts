import type { WorldError } from '@bulkhead/vocabulary'
import { systemClock } from '@bulkhead/world'
import { ask } from './control/control-client.ts'
import { endOrphans } from './fleet/orphans.ts'
import { type Owner, isAlive, livingOwner, takeOwnership } from './fleet/ownership.ts'
import { type StateDirectory, openStateDirectory, stateDirectory } from './fleet/state-directory.ts'
import { fleetFailed } from './refusals.ts'

const STEP_MS = 50
const PATIENCE_MS = 10_000

/**
 * Stops the fleet and every unit, and resolves when the last process is gone. Without a supervisor
 * it ends what a killed one left.
 *
 * @returns whether a supervisor was up. @throws WorldError when something does not end.
 */
export async function stopFleet(directory: string): Promise<boolean> {
  const state = stateDirectory(directory)
  const owner = await livingOwner(state)
  if (owner !== undefined) await endSupervisor(owner, state)
  // Also after a supervisor that was there: it may have been killed in the middle of stopping.
  await openStateDirectory(state)
  const ownership = await takeOwnership(state)
  try {
    await endOrphans(state, systemClock)
  } finally {
    await ownership.release()
  }
  return owner !== undefined
}

async function endSupervisor(owner: Owner, state: StateDirectory): Promise<void> {
  const start = systemClock.monotonic()
  while (await isAlive(owner)) {
    // It may be about to come up, or go away in the middle of its answer: what counts is its end.
    await ask(state, { op: 'stop' }).catch(() => undefined)
    if (systemClock.monotonic() - start > PATIENCE_MS) throw stillThere(state.path, owner.pid)
    await systemClock.sleep(STEP_MS)
  }
}

const stillThere = (directory: string, pid: number): WorldError =>
  fleetFailed(directory, `the supervisor (pid ${pid}) does not end`, `End process ${pid} by hand.`)
