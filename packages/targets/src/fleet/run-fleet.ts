import { writeFile } from 'node:fs/promises'
import { InputError, WorldError } from '@bulkhead/vocabulary'
import type { LocalFleetSpec } from '../local-fleet-spec.ts'
import type { ProxyAddress } from '../proxy/fleet-proxy.ts'
import { stateDirectory } from './state-directory.ts'
import { type Supervisor, startSupervisor } from './supervisor.ts'

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/**
 * The life of a supervisor process: brings the fleet up and resolves when it has stopped, by a
 * signal or by `stopFleet`. No unit outlives it. A failed start is also left on disk, for
 * {@link startFleet} to tell.
 *
 * @param onUp is told where users reach the fleet.
 * @throws WorldError, InputError
 */
export async function runFleet(
  spec: LocalFleetSpec,
  directory: string,
  onUp: (address: ProxyAddress) => void = () => undefined,
): Promise<void> {
  const interrupted = Promise.withResolvers<void>()
  const interrupt = () => interrupted.resolve()
  for (const signal of SIGNALS) process.on(signal, interrupt)
  try {
    const supervisor = await startOrTell(spec, directory)
    const lastMoment = () => supervisor.fleet.killNow()
    process.once('exit', lastMoment)
    onUp(supervisor.address)
    await Promise.race([interrupted.promise.then(() => supervisor.stop()), supervisor.stopped])
    process.off('exit', lastMoment)
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt)
  }
}

async function startOrTell(spec: LocalFleetSpec, directory: string): Promise<Supervisor> {
  try {
    return await startSupervisor(spec, directory)
  } catch (error) {
    if (error instanceof WorldError || error instanceof InputError) {
      const { startFailure } = stateDirectory(directory)
      const finding = JSON.stringify(error.findings[0])
      await writeFile(startFailure(process.pid), finding, { mode: 0o600 }).catch(() => undefined)
    }
    throw error
  }
}
