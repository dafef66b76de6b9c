import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ShippedRelease, UnitPlace } from '@bulkhead/rollout'
import { BoundedLog } from './bounded-log.ts'
import type { FleetContext } from './fleet-context.ts'
import { freePort } from './free-port.ts'
import { Occupant } from './occupant.ts'
import { UnitProcess } from './unit-process.ts'

/** A process in its place, or why there is none. */
export type Launch =
  | { readonly kind: 'started'; readonly occupant: Occupant }
  | { readonly kind: 'refused'; readonly reason: string }

/** Starts a release in a place, after proving the artifact's bytes once more. */
export async function launch(
  context: FleetContext,
  place: UnitPlace,
  release: ShippedRelease,
): Promise<Launch> {
  const artifact = await context.artifacts.prove(release.artifact)
  if (artifact === undefined)
    return {
      kind: 'refused',
      reason: `the staged artifact ${release.artifact} is missing or its bytes have changed`,
    }
  try {
    const started = await start(context, place, artifact)
    const standing = { drained: context.drained.has(place.id), shifted: context.shifts.has(place) }
    return { kind: 'started', occupant: new Occupant(context, place, release, started, standing) }
  } catch (error) {
    // A full disk or no free port is this unit's failure, not the end of the fleet.
    const why = error instanceof Error ? error.message : String(error)
    return { kind: 'refused', reason: `could not be started: ${why}` }
  }
}

async function start(
  context: FleetContext,
  place: UnitPlace,
  artifact: string,
): Promise<UnitProcess> {
  const folder = join(context.state.units, encodeURIComponent(place.id))
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const log = new BoundedLog(join(folder, 'output.log'))
  const { spec, mark } = context
  const port = await freePort(context.ports)
  const child = new UnitProcess({ spec, artifact, port, mark, cwd: folder, log })
  void cleanUp(context, child, log)
  try {
    if (child.pid !== undefined) await context.register.add(child.pid)
  } catch (error) {
    child.killNow() // Nobody runs here whom the next supervisor could not find.
    throw error
  }
  return child
}

async function cleanUp(context: FleetContext, child: UnitProcess, log: BoundedLog): Promise<void> {
  await child.ended
  log.close()
  context.ports.delete(child.port)
  // A register that cannot be written lists a process too many; its start time unmasks it.
  if (child.pid !== undefined) await context.register.remove(child.pid).catch(() => undefined)
}
