import { rm } from 'node:fs/promises'
import type { Clock } from '@bulkhead/world'
import { fleetFailed } from '../refusals.ts'
import { signalGroup, signalOne } from './kill-group.ts'
import { processesWithEnvironment } from './process-identity.ts'
import { registeredSurvivors } from './process-register.ts'
import type { StateDirectory } from './state-directory.ts'
import { environmentMark } from './unit-mark.ts'

const GRACE_MS = 2_000
const LIMIT_MS = 7_000
const STEP_MS = 40

/**
 * Ends what a supervisor left that was killed without a chance to clean up. Only processes that are
 * provably of this fleet: by pid and start time on file, or by the fleet's mark in their environment.
 *
 * @returns how many there were. @throws WorldError when one will not end.
 */
export async function endOrphans(state: StateDirectory, clock: Clock): Promise<number> {
  const seen = new Set<number>()
  const start = clock.monotonic()
  for (;;) {
    const leaders = await registeredSurvivors(state.processes)
    const marked = await markedProcesses(state)
    for (const pid of [...leaders, ...marked]) seen.add(pid)
    if (leaders.length + marked.length === 0) break
    const waited = clock.monotonic() - start
    if (waited > LIMIT_MS) throw immortal(state, [...leaders, ...marked])
    const signal = waited > GRACE_MS ? 'SIGKILL' : 'SIGTERM'
    for (const pid of leaders) signalGroup(pid, signal)
    for (const pid of marked) signalOne(pid, signal)
    await clock.sleep(STEP_MS)
  }
  await rm(state.processes, { force: true })
  return seen.size
}

async function markedProcesses(state: StateDirectory): Promise<readonly number[]> {
  const entry = await environmentMark(state)
  return entry === undefined ? [] : await processesWithEnvironment(entry)
}

const immortal = (state: StateDirectory, pids: readonly number[]) =>
  fleetFailed(
    state.path,
    `processes of an earlier fleet do not end: ${[...new Set(pids)].join(', ')}`,
    'End them by hand, then run `bulkhead fleet up` again.',
  )
