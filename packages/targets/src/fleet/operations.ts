import { type Request, MOST_SAMPLED_UNITS } from '../control/protocol.ts'
import type { Asker } from '../control/control-server.ts'
import type { ProxyAddress } from '../proxy/fleet-proxy.ts'
import type { Fleet } from './fleet.ts'
import type { Sampler } from './sampler.ts'

/** What the operations of the control socket work on. */
export interface Operable {
  readonly fleet: Fleet
  readonly sampler: Sampler
  readonly address: ProxyAddress
  readonly stop: () => Promise<void>
}

/** Does what a client asked for. @throws WorldError, whose finding is the answer. */
export function perform(
  on: Operable,
  request: Request,
  asker: Asker,
): Promise<object | boolean | null> {
  switch (request.op) {
    case 'state':
      return Promise.resolve(on.fleet.state(on.address))
    case 'observe':
      return Promise.resolve({ start: on.fleet.start, observation: on.fleet.observePlaced() })
    case 'stage':
      return on.fleet.stage(request.path, request.digest, request.holder).then(() => null)
    case 'holds':
      return on.fleet.holds(request.digest)
    case 'apply':
      return on.fleet.apply({ ...request, ...asker })
    case 'drain':
      return on.fleet.drain({ ...request, ...asker })
    case 'restore':
      return on.fleet.restore({ ...request, ...asker })
    case 'surge':
      return on.fleet.surge({ ...request, ...asker })
    case 'shift':
      return on.fleet.shift({ ...request, ...asker })
    case 'samples':
      return Promise.resolve(on.sampler.after(request.since, samplesPerAnswer(on.fleet)))
    case 'stop':
      break
  }
  return on.stop().then(() => null)
}

const samplesPerAnswer = (fleet: Fleet): number =>
  Math.max(1, Math.floor(MOST_SAMPLED_UNITS / Math.max(1, fleet.size)))
