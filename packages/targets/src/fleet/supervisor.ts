import { type Clock, systemClock } from '@bulkhead/world'
import { ControlServer } from '../control/control-server.ts'
import { perform } from './operations.ts'
import type { LocalFleetSpec } from '../local-fleet-spec.ts'
import { FleetProxy, type ProxyAddress } from '../proxy/fleet-proxy.ts'
import { Rotation } from '../proxy/rotation.ts'
import { Traffic } from '../proxy/traffic.ts'
import { ArtifactStore } from './artifact-store.ts'
import { DrainRecord } from './drain-record.ts'
import { Fence } from './fence.ts'
import { Fleet } from './fleet.ts'
import type { FleetContext } from './fleet-context.ts'
import { endOrphans } from './orphans.ts'
import { takeOwnership } from './ownership.ts'
import { ProcessRegister } from './process-register.ts'
import { ReleaseRecord } from './release-record.ts'
import { Sampler } from './sampler.ts'
import { ShiftRecord } from './shift-record.ts'
import { type StateDirectory, openStateDirectory, stateDirectory } from './state-directory.ts'
import { SurplusRecord } from './surplus-record.ts'
import { ensureMark } from './unit-mark.ts'

/** A fleet that is up. */
export interface Supervisor {
  readonly address: ProxyAddress
  readonly fleet: Fleet
  /** Ends requests in flight, units and sockets, in this order. */
  stop(): Promise<void>
  /** Resolves when it has stopped, by whomever. */
  readonly stopped: Promise<void>
}

/**
 * Brings the fleet up in this process: ends what an earlier supervisor left, opens the door and the
 * control socket, and starts again what each unit served last.
 *
 * @throws WorldError when a fleet is up here already, or the port is in use.
 */
export async function startSupervisor(
  spec: LocalFleetSpec,
  directory: string,
  clock: Clock = systemClock,
): Promise<Supervisor> {
  const state = stateDirectory(directory)
  await openStateDirectory(state)
  const ownership = await takeOwnership(state)
  const closing = new AbortController()
  try {
    await endOrphans(state, clock)
    return await open({ spec, state, clock, closing, giveUp: ownership.release })
  } catch (error) {
    closing.abort()
    await ownership.release()
    throw error
  }
}

interface Opening {
  readonly spec: LocalFleetSpec
  readonly state: StateDirectory
  readonly clock: Clock
  readonly closing: AbortController
  readonly giveUp: () => Promise<void>
}

async function open(opening: Opening): Promise<Supervisor> {
  const { spec, state, clock, closing } = opening
  const traffic = new Traffic()
  const context = await makeContext(opening)
  const fleet = new Fleet(context, await Fence.open(state.token), traffic)
  const proxy = new FleetProxy(context.rotation, traffic)
  const address = await proxy.listen(spec.listen.host, spec.listen.port)
  const sampler = new Sampler(() => fleet.look(), clock)
  const ended = Promise.withResolvers<void>()
  const control = new ControlServer(state.control, (request, asker) =>
    perform({ fleet, sampler, address, stop }, request, asker),
  )
  let stopping: Promise<void> | undefined
  const shutDown = async () => {
    closing.abort()
    await settleTraffic(proxy, spec, clock)
    await fleet.stop()
    control.close()
    await opening.giveUp()
    ended.resolve()
  }
  const stop = () => (stopping ??= shutDown())
  try {
    await control.listen()
  } catch (error) {
    proxy.close()
    throw error
  }
  void sampler.run(closing.signal)
  fleet.resume()
  return { address, fleet, stop, stopped: ended.promise }
}

async function makeContext({ spec, state, clock, closing }: Opening): Promise<FleetContext> {
  return {
    spec,
    state,
    clock,
    rotation: new Rotation(),
    artifacts: new ArtifactStore(state.artifacts),
    register: new ProcessRegister(state.processes),
    releases: await ReleaseRecord.open(state.releases),
    drained: await DrainRecord.open(state.drained),
    shifts: await ShiftRecord.open(state.shifted),
    surplus: await SurplusRecord.open(state.surplus),
    mark: await ensureMark(state),
    ports: new Set(),
    closing: closing.signal,
  }
}

/** Requests in flight may end, within the drain; nobody is let in any more. */
async function settleTraffic(proxy: FleetProxy, spec: LocalFleetSpec, clock: Clock): Promise<void> {
  const patience = new AbortController()
  const sleep = clock.sleep(spec.drain, patience.signal).catch(() => undefined)
  await Promise.race([proxy.drain(), sleep])
  patience.abort()
  proxy.close()
}
