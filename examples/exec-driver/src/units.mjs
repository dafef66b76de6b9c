// The engine: what a platform team replaces. FLEET_DIRECTORY holds fleet.json, a list of
// {id, region, zone, port}, and a pid file for each unit. One that is `spare` runs only while its zone
// has units beyond its own; shifted.json has the zones whose traffic is shifted away.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const directory = process.env.FLEET_DIRECTORY
const DRAIN_MS = 10_000
const START_MS = 20_000

const all = JSON.parse(readFileSync(join(directory, 'fleet.json'), 'utf8'))
export const fleet = all.filter(({ spare }) => !spare)
export const spares = all.filter(({ spare }) => spare)

const shifts = join(directory, 'shifted.json')

export const shiftedZones = () =>
  existsSync(shifts) ? JSON.parse(readFileSync(shifts, 'utf8')) : []

const isSame = (a, b) => a.region === b.region && a.zone === b.zone
const isShifted = (unit) => shiftedZones().some((zone) => isSame(zone, unit))

export function setShifted(zone, away) {
  const others = shiftedZones().filter((known) => !isSame(known, zone))
  writeFileSync(shifts, JSON.stringify(away ? [...others, zone] : others), { flush: true })
}

/** What the unit itself says: its build, whether it is being drained, how much it has to do. */
export async function inspect(unit) {
  const { port } = unit
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/health`, {
      signal: AbortSignal.timeout(2_000),
    })
    const { build, draining, inFlight } = await answer.json()
    const health = !answer.ok ? 'unhealthy' : draining && !isShifted(unit) ? 'draining' : 'healthy'
    return { version: build, health, inFlight }
  } catch {
    return { version: null, health: 'stopped', inFlight: 0 }
  }
}

const tell = ({ port }, what) =>
  fetch(`http://127.0.0.1:${port}/drain/${what}`, { signal: AbortSignal.timeout(2_000) }).catch(
    () => undefined, // It is down: there is nothing to drain.
  )

/** No new traffic; resolves when nothing is in flight, at the deadline, or when cancelled. */
export async function drainUnit(unit, signal) {
  await tell(unit, 'on')
  for (let waited = 0; waited < DRAIN_MS && !signal.aborted; waited += 20) {
    if ((await inspect(unit)).inFlight === 0) return
    await sleep(20)
  }
}

export async function restoreUnit(unit) {
  await tell(unit, isShifted(unit) ? 'on' : 'off')
  return (await inspect(unit)).health === 'healthy' ? undefined : 'it is not healthy'
}

/** Stops what runs and starts the release. Answers undefined, or why the unit is not well on it. */
export async function replaceUnit(unit, { commit, path }) {
  const file = join(directory, `${unit.port}.pid`)
  await stop(Number(await readFile(file, 'utf8').catch(() => '0')))
  const child = spawn(process.execPath, [path], {
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, PORT: String(unit.port), DRAINING: isShifted(unit) ? 'on' : 'off' },
  })
  child.unref()
  await writeFile(file, String(child.pid))
  for (let waited = 0; waited < START_MS; waited += 50) {
    const { version, health } = await inspect(unit)
    if (health === 'healthy' && version === commit) return undefined
    await sleep(50)
  }
  const { version, health } = await inspect(unit)
  return `it is ${health} on ${version} after ${START_MS} ms`
}

/** Stops what runs there for good. */
export const stopUnit = async ({ port }) =>
  stop(Number(await readFile(join(directory, `${port}.pid`), 'utf8').catch(() => '0')))

async function stop(pid) {
  const alive = () => {
    try {
      process.kill(pid, 0)
      return true
    } catch {
      return false
    }
  }
  if (pid === 0 || !alive()) return
  process.kill(pid, 'SIGTERM')
  while (alive()) await sleep(10)
}
