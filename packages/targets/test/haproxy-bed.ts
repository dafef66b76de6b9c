import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ShippedRelease, Stage } from '@bulkhead/rollout'
import { temporaryDirectory } from '@bulkhead/testkit'
import type { Milliseconds } from '@bulkhead/vocabulary'
import { type HaproxySpec, openHaproxyTarget } from '../src/index.ts'
import { RuntimeApi } from '../src/haproxy/runtime-api.ts'
import { placesOf } from '../src/unit-place.ts'
import { WHERE_ENGINES_ARE, isInstalled } from './engines.ts'
import { eventually, hand, heldBy, makeArtifact, stagesOf } from './fleet-bed.ts'
import type { UnitBehaviour } from './fixtures/unit-source.ts'

export const haproxyIsInstalled = isInstalled('haproxy', '-v')

const ms = (span: number) => span as Milliseconds
const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))

export interface BedOptions {
  readonly regions?: HaproxySpec['regions']
  /** Proxies in front of the units of each region. */
  readonly proxies?: number
  /** Spare servers of every zone. */
  readonly spares?: number
  /** Words that bring a command to the units' host; default: it runs here. */
  readonly reach?: readonly [string, ...string[]]
  readonly change?: Partial<HaproxySpec>
}

/** Ends with the process that made it, however that ends. */
export const DIES_WITH_ITS_BED =
  'setInterval(() => { try { process.kill(Number(process.env.WATCHED_PID), 0) } catch { process.exit() } }, 500)'

/** Real HAProxies in front of real processes, with build 1 in every unit. */
export async function makeHaproxyBed({
  regions = { 'eu-1': { a: 1, b: 2 } },
  proxies = 1,
  spares = 0,
  reach,
  change = {},
}: BedOptions = {}) {
  const directory = await temporaryDirectory('bulkhead-haproxy-')
  const places = placesOf(regions)
  const slots = Object.entries(regions).flatMap(([region, zones]) =>
    Object.keys(zones).flatMap((zone) =>
      Array.from({ length: spares }, (_, at) => ({
        region,
        name: `${region}-${zone}-spare-${at + 1}`,
      })),
    ),
  )
  const wanted = places.length + slots.length + proxies * Object.keys(regions).length
  const ports = await freePorts(wanted)
  const servers = places.map((place, at) => ({ place, port: ports[at] ?? 0 }))
  const running = await Promise.all(
    Object.keys(regions).flatMap((region, at) =>
      Array.from({ length: proxies }, (_, number) =>
        startProxy({
          directory: directory.path,
          region,
          name: `${region}-${number}`,
          port: ports[places.length + slots.length + at * proxies + number] ?? 0,
          servers: servers
            .filter(({ place }) => place.region === region)
            .map(({ place, port }) => ({ name: place.id.replaceAll('/', '-'), port })),
          spares: slots
            .map((slot, index) => ({ ...slot, port: ports[places.length + index] ?? 0 }))
            .filter((slot) => slot.region === region),
        }),
      ),
    ),
  )
  const spec: HaproxySpec = {
    proxies: Object.fromEntries(
      Object.keys(regions).map((region) => [
        region,
        running.filter((proxy) => proxy.region === region).map((proxy) => proxy.socket),
      ]),
    ),
    backend: 'app',
    server: '{region}-{zone}-{number}',
    replace: [
      ...(reach ?? []),
      process.execPath,
      fixture('replace-unit.mjs'),
      directory.path,
      '{server}',
      '{port}',
      '{artifact}',
      String(process.pid),
    ],
    env: {},
    timeout: ms(30_000),
    health: { path: '/health', buildField: 'build', interval: ms(20), deadline: ms(20_000) },
    drain: ms(10_000),
    slowStart: ms(0),
    fence: undefined,
    spare:
      spares === 0
        ? undefined
        : {
            server: '{region}-{zone}-spare-{number}',
            retire: [process.execPath, fixture('retire-unit.mjs'), directory.path, '{server}'],
          },
    regions,
    ...change,
  }
  const state = join(directory.path, 'state')
  const target = await openHaproxyTarget(spec, state)
  const bed = {
    path: directory.path,
    state,
    spec,
    target,
    proxies: running,
    /** Where users are. */
    url: running[0]?.url ?? '',
    /** As somebody does who does not know of draining. */
    async replaceUndrained(server: string, artifact: string) {
      const port = servers.find(({ place }) => place.id.replaceAll('/', '-') === server)?.port
      const words = [fixture('replace-unit.mjs'), directory.path, server, String(port), artifact]
      const child = spawn(process.execPath, [...words, String(process.pid)], { stdio: 'ignore' })
      await new Promise((resolve) => child.once('exit', resolve))
    },
    pids: () => pidsIn(directory.path),
    pidOf: (server: string) => Number(readFileSync(join(directory.path, `${server}.pid`), 'utf8')),
    async artifact(number: number, behaviour: UnitBehaviour = {}) {
      const last = `${behaviour.last ?? ''}\n${DIES_WITH_ITS_BED}`
      return makeArtifact(directory.path, number, { ...behaviour, last })
    },
    async ship(number: number, at: number, behaviour: UnitBehaviour = {}): Promise<ShippedRelease> {
      const { artifact, release } = await bed.artifact(number, behaviour)
      await target.stage(artifact, heldBy(at))
      return release
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(running.map((proxy) => proxy.stop()))
      for (const pid of pidsIn(directory.path)) killNow(pid)
      await directory[Symbol.asyncDispose]()
    },
  }
  try {
    await fill(bed, stagesOf(regions))
  } catch (error) {
    await bed[Symbol.asyncDispose]()
    throw error
  }
  return bed
}

export type HaproxyBed = Awaited<ReturnType<typeof makeHaproxyBed>>

async function fill(
  bed: {
    readonly target: HaproxyBed['target']
    ship(number: number, at: number): Promise<ShippedRelease>
  },
  stages: readonly Stage[],
): Promise<void> {
  const release = await bed.ship(1, 1)
  const outcomes = await Promise.all(
    stages.map((stage) => bed.target.apply(stage, release, hand(1))),
  )
  const bad = outcomes.find((outcome) => outcome.kind !== 'applied')
  if (bad !== undefined) throw new Error(`the bed did not come up: ${JSON.stringify(bad)}`)
}

export function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It is gone.
  }
}

const pidsIn = (directory: string): readonly number[] => {
  const file = join(directory, 'pids')
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map(Number) : []
}

interface ProxySetup {
  readonly directory: string
  readonly region: string
  readonly name: string
  readonly port: number
  readonly servers: readonly ProxiedServer[]
  /** Held ready, and out of traffic. */
  readonly spares: readonly ProxiedServer[]
}

interface ProxiedServer {
  readonly name: string
  readonly port: number
}

async function startProxy(setup: ProxySetup) {
  const { directory, region, name, port } = setup
  const socket = join(directory, `${name}.sock`)
  const config = join(directory, `${name}.cfg`)
  await writeFile(config, configuration(setup, socket))
  let child = launch(config)
  const api = new RuntimeApi(socket)
  const isUp = () =>
    eventually(
      () =>
        api.ask('show info').then(
          () => true,
          () => false,
        ),
      (up) => up,
    )
  const stop = async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve))
    if (child.exitCode !== null || child.signalCode !== null) return
    child.stdin?.end()
    await gone
  }
  await isUp()
  return {
    region,
    socket,
    api,
    url: `http://127.0.0.1:${port}`,
    stop,
    /** Forgets everything, as a crash does. */
    async restart() {
      await stop()
      child = launch(config)
      await isUp()
    },
    /** A new worker takes over, as `systemctl reload` makes it; the old one serves what it has. */
    async reload() {
      const pid = async () => /^Pid: (\d+)$/m.exec(await api.ask('show info').catch(() => ''))?.[1]
      const before = await pid()
      child.kill('SIGUSR2')
      await eventually(pid, (now) => now !== undefined && now !== before)
    },
  }
}

const launch = (config: string): ChildProcess =>
  spawn(process.execPath, [fixture('guarded.mjs'), 'haproxy', '-W', '-f', config], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: WHERE_ENGINES_ARE },
  })

const configuration = ({ port, servers, spares }: ProxySetup, socket: string) => `
global
  stats socket ${socket} mode 600 level admin expose-fd listeners
  nbthread 1
  hard-stop-after 20s
defaults
  mode http
  timeout connect 2s
  timeout client 30s
  timeout server 30s
  option redispatch
  retries 3
frontend users
  bind 127.0.0.1:${port}
  default_backend app
backend app
  balance roundrobin
  option httpchk GET /health
  default-server weight 100 check inter 500ms fastinter 50ms downinter 100ms rise 1 fall 2
${servers.map(({ name, port: at }) => `  server ${name} 127.0.0.1:${at}`).join('\n')}
${spares.map(({ name, port: at }) => `  server ${name} 127.0.0.1:${at} disabled`).join('\n')}
`

/** Ports that nobody has now. All are held at once, so that they differ. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const holders = Array.from({ length: count }, () => createServer())
  const ports = await Promise.all(
    holders.map(
      (holder) =>
        new Promise<number>((resolve, reject) => {
          holder.once('error', reject)
          holder.listen(0, '127.0.0.1', () => {
            const address = holder.address()
            resolve(typeof address === 'object' && address ? address.port : 0)
          })
        }),
    ),
  )
  await Promise.all(holders.map((holder) => new Promise((resolve) => holder.close(resolve))))
  return ports
}
