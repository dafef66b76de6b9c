import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { fleetFailed } from '../refusals.ts'

// Below the ranges from which systems take the ports of outgoing connections (Linux from 32768, IANA
// from 49152): a port found free here is not taken by somebody's client before the unit listens.
const LOWEST = 20_000
const ABOVE = 32_768
const ATTEMPTS = 100

/** A port on 127.0.0.1 that nobody listens on now and that is not in `given`, to which it is added. @throws WorldError when none is found. */
export async function freePort(given: Set<number>): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(LOWEST, ABOVE)
    if (given.has(port)) continue
    given.add(port)
    if (await isFree(port)) return port
    given.delete(port)
  }
  throw fleetFailed('127.0.0.1', 'no free port was found for a unit', 'Stop what holds the ports.')
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () =>
      probe.close(() => resolve(true)),
    )
  })
}
