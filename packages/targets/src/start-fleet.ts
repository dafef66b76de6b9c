import { type ChildProcess, spawn } from 'node:child_process'
import { open, readFile, rm } from 'node:fs/promises'
import { WorldError } from '@bulkhead/vocabulary'
import { childEnvironment, systemClock } from '@bulkhead/world'
import * as v from 'valibot'
import { finding } from './control/schemas.ts'
import type { SupervisorState } from './fleet-status.ts'
import { readIfPresent } from './fleet/durable-file.ts'
import { isAlive, livingOwner } from './fleet/ownership.ts'
import { type StateDirectory, openStateDirectory, stateDirectory } from './fleet/state-directory.ts'
import { fleetFailed } from './refusals.ts'
import { fleetStatus } from './status.ts'

const STEP_MS = 50
const PATIENCE_MS = 20_000

export interface FleetStart {
  /** What ran already is left as it is. */
  readonly kind: 'started' | 'already-up'
  readonly status: SupervisorState
}

/**
 * Starts the supervisor as a process that outlives this one, its output in `supervisor.log` of the
 * state directory, and waits until it answers.
 *
 * @param argv starts a process that calls {@link runFleet} on the same directory.
 * @throws WorldError with the supervisor's own finding (`rollout/port-in-use`, …).
 */
export async function startFleet(
  argv: readonly [string, ...string[]],
  directory: string,
  cwd: string = process.cwd(),
): Promise<FleetStart> {
  const state = stateDirectory(directory)
  const owner = await livingOwner(state)
  if (owner !== undefined)
    return { kind: 'already-up', status: await untilUp(() => isAlive(owner), state, undefined) }
  await openStateDirectory(state)
  const child = await spawnDetached(argv, state, cwd)
  try {
    const runs = () =>
      Promise.resolve(
        child.pid !== undefined && child.exitCode === null && child.signalCode === null,
      )
    return { kind: 'started', status: await untilUp(runs, state, child.pid) }
  } catch (error) {
    child.kill('SIGTERM')
    throw error
  } finally {
    child.unref()
  }
}

async function spawnDetached(
  [command, ...args]: readonly [string, ...string[]],
  state: StateDirectory,
  cwd: string,
): Promise<ChildProcess> {
  const log = await open(state.supervisorLog, 'a', 0o600)
  try {
    const child = spawn(command, args, {
      cwd,
      env: childEnvironment(),
      stdio: ['ignore', log.fd, log.fd],
      detached: true,
      windowsHide: true,
    })
    child.on('error', () => undefined) // Told by `untilUp`: it has no pid.
    return child
  } finally {
    await log.close()
  }
}

/** A supervisor needs a moment before it answers, longer when it has orphans to end. */
async function untilUp(
  runs: () => Promise<boolean>,
  state: StateDirectory,
  pid: number | undefined,
): Promise<SupervisorState> {
  const start = systemClock.monotonic()
  for (;;) {
    const status = await fleetStatus(state.path).catch(() => undefined)
    if (status !== undefined) return status
    if (!(await runs())) throw await whyNot(state, pid)
    if (systemClock.monotonic() - start > PATIENCE_MS)
      throw fleetFailed(state.path, 'the fleet did not come up in time', SEE_LOG(state))
    await systemClock.sleep(STEP_MS)
  }
}

const SEE_LOG = (state: StateDirectory) => `Look into ${state.supervisorLog}.`

/** The supervisor's own finding if it left one, else the last line of its log. */
async function whyNot(state: StateDirectory, pid: number | undefined): Promise<WorldError> {
  const told = pid === undefined ? undefined : state.startFailure(pid)
  const left = v.safeParse(
    v.pipe(v.string(), v.parseJson(), finding),
    told === undefined ? undefined : await readIfPresent(told),
  )
  if (told !== undefined) await rm(told, { force: true })
  if (left.success) return new WorldError(left.output)
  const log = await readFile(state.supervisorLog, 'utf8').catch(() => '')
  const last = log.trimEnd().split('\n').at(-1)?.slice(0, 500) ?? ''
  return fleetFailed(state.path, `the supervisor ended at once: ${last}`, SEE_LOG(state))
}
