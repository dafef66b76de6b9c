import { join } from 'node:path'
import { succeed, temporaryDirectory } from '@bulkhead/testkit'
import type { Plan } from '@bulkhead/rollout'
import type { CommitId } from '@bulkhead/vocabulary'
import { startLoad } from '../../../packages/cli/test/support/load.ts'
import { serverText } from '../../../packages/cli/test/support/tiny-app.ts'
import {
  type TinyProject,
  adopt,
  freePort,
  makeTinyProject,
} from '../../../packages/cli/test/support/tiny-project.ts'
import { type Figure, median } from '../figure.ts'
import { restartBarely } from '../deploys/bare-restarts.ts'
import { CLI_ENTRY } from '../gate/gated-project.ts'

/** How long merges come in; what waits then is still shipped. */
const MERGING_MS = 30_000
/** A working day of eight hours in which 180 deploys are made (the published figure to beat). */
const PUBLISHED_PER_HOUR = 180 / 8

interface Shipped {
  readonly result: string
  readonly carries?: readonly CommitId[]
}

/** A project with nine processes in three zones, and a command line of its own. */
class Line {
  readonly #project: TinyProject
  readonly #mergedAt = new Map<CommitId, number>()
  readonly everywhereMs: number[] = []
  deploys = 0

  constructor(project: TinyProject) {
    this.#project = project
  }

  async run(...words: readonly string[]): Promise<unknown> {
    const { path } = this.#project.repository
    return JSON.parse(
      await succeed([process.execPath, CLI_ENTRY, ...words, '--json'], { cwd: path }),
    )
  }

  /** One merge: committed, tested, built, judged, and in the queue. */
  async merge(number: number): Promise<void> {
    const { repository, ada } = this.#project
    const files = { 'server.mjs': `// ${number}\n${serverText(200)}` }
    const at = performance.now()
    const commit = await repository.commit({ by: ada, message: `Change ${number}`, files })
    await Promise.all([this.run('test'), this.run('build')])
    await this.run('gate')
    this.#mergedAt.set(commit, at)
    await this.run('queue', 'add', commit)
  }

  /** The first deploy fills an empty fleet: it is not what is measured. */
  forget(): void {
    this.deploys = 0
    this.everywhereMs.length = 0
  }

  /** Ships what waits. @returns whether anything did */
  async ship(): Promise<boolean> {
    const { result, carries = [] } = (await this.run('ship', '--queued')) as Shipped
    if (result === 'idle') return false
    if (result !== 'released') throw new Error(`a deploy of the figure ended ${result}`)
    this.deploys += 1
    const now = performance.now()
    for (const commit of carries) this.everywhereMs.push(now - (this.#mergedAt.get(commit) ?? now))
    return true
  }
}

/** Merges and deploys side by side. @returns seconds from the first merge to the last deploy */
async function keepShipping(line: Line): Promise<number> {
  const from = performance.now()
  const merged = new AbortController()
  const merges = async () => {
    for (let number = 2; performance.now() - from < MERGING_MS; number += 1)
      await line.merge(number)
  }
  const ships = async () => {
    while ((await line.ship()) || !merged.signal.aborted) continue
  }
  await Promise.all([merges().finally(() => merged.abort()), ships()])
  return (performance.now() - from) / 1_000
}

interface Day {
  readonly line: Line
  readonly seconds: number
  /** Seconds of one pass over the fleet without plan, bake, journal and ledger. */
  readonly barePass: number
  readonly requests: number
  readonly failures: number
}

async function measureDay(): Promise<Day> {
  await using home = await temporaryDirectory()
  const port = await freePort()
  const project = await makeTinyProject(join(home.path, 'project'))
  await adopt(project, { port, unitsPerZone: 3 })
  const line = new Line(project)
  await line.run('fleet', 'up')
  try {
    await line.merge(0)
    await line.ship()
    line.forget()
    const users = startLoad(port)
    try {
      await line.merge(1)
      // Before it ships: a plan of what runs already has nothing to do.
      const { plan } = (await line.run('plan')) as { readonly plan: Pick<Plan, 'regions'> }
      const seconds = await keepShipping(line)
      const barePass = await restartBarely(project.repository.path, plan)
      return { line, seconds, barePass, ...(await users.stop()) }
    } finally {
      await users.stop()
    }
  } finally {
    await line.run('fleet', 'down')
  }
}

const percentile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN

/** Deploys that one machine sustains through the queue: every part is real, processes and ledger too. */
export const deploys: Figure = {
  name: 'rollout-deploys',
  what: 'deploys an hour, sustained on 9 local processes in 3 zones under load, through the queue',
  async measure() {
    const { line, seconds, barePass, requests, failures } = await measureDay()
    const perHour = (line.deploys / seconds) * 3_600
    const bare = 3_600 / barePass
    const merged = line.everywhereMs.map((ms) => ms / 1_000)
    return {
      measured: perHour,
      unit: 'an hour',
      peer: {
        name: 'the same batches of the same processes, without plan, bake, journal and ledger',
        value: bare,
      },
      ratio: perHour / bare,
      mark: `≥ ${PUBLISHED_PER_HOUR} an hour (180 in eight hours), 0 failed requests`,
      holds: perHour >= PUBLISHED_PER_HOUR && failures === 0,
      notes: [
        `${line.deploys} deploys carried ${merged.length} merges in ${seconds.toFixed(0)} s; ${failures} of ${requests} requests failed`,
        `from merge to everywhere, with tests, build and gate: p50 ${median(merged.length % 2 === 0 ? merged.slice(1) : merged).toFixed(1)} s, p95 ${percentile(merged, 0.95).toFixed(1)} s`,
      ],
    }
  },
}
