import { WorldError } from '@bulkhead/vocabulary'
import {
  type PlanPolicy,
  type PlanRequest,
  type Planning,
  type RolloutEvent,
  type RolloutMemory,
  type RolloutProgress,
  type RolloutRequest,
  type RolloutResult,
  type ShippedRelease,
  planRollout,
  quietFleet,
  recall,
  runRollout,
  setAsideBefore,
} from '../../src/index.ts'
import type { StandingOrder } from '../../src/run/journal.ts'
import { type FleetOptions, SimulatedFleet, release, token } from './simulated-fleet.ts'
import { VirtualClock } from './virtual-clock.ts'

export const oldRelease = release('a')
export const newRelease = release('b')

export const bakeGoal = {
  baselineErrorRate: 0.001,
  detectErrorRate: 0.2,
  falseAlarm: 0.01,
  power: 0.95,
  requestsPerSecond: 200,
  floor: 1_000,
  deadline: 20_000,
}

/** What a batch of the simulated fleet takes: 500 ms to drain, 1 s to start. */
export const planPolicy: PlanPolicy = {
  required: 4,
  requiredIn: {},
  singleZone: false,
  surge: 0,
  selects: 'units',
  bake: bakeGoal,
  batchMs: 1_500,
  batchBecause: 'drain 500 ms + start 1 s',
  mixedTest: null,
}

export interface ScenarioOptions extends Partial<Omit<FleetOptions, 'clock'>> {
  readonly required?: number
  readonly singleZone?: boolean
  readonly lane?: 'standard' | 'hotfix'
  readonly purpose?: 'release' | 'return'
  readonly wanted?: ShippedRelease
  readonly previous?: ShippedRelease | null
  readonly bakeFloor?: number
  readonly batchMs?: number
  /** Migrations that the old release cannot live with. */
  readonly contracts?: readonly string[]
  readonly mixedTest?: PlanPolicy['mixedTest']
}

const threeZones = { eu: { a: 3, b: 3, c: 3 } }

/** Planning simulates its bakes; the same fleet need not be planned twice. */
const planned = new Map<string, Planning>()

/** A planned rollout of the new release over a simulated fleet, ready to be broken and run. */
export class Scenario {
  readonly clock = new VirtualClock()
  readonly fleet: SimulatedFleet
  readonly events: RolloutEvent[] = []
  readonly appends: (readonly RolloutEvent[])[] = []
  readonly progress: RolloutProgress[] = []
  readonly stop = new AbortController()
  readonly regions: readonly string[]
  /** What somebody has ordered, as the ledger would say. */
  standing: StandingOrder | null = null
  signsOfLife = 0
  readonly #options: ScenarioOptions
  /** Milliseconds that one append takes; may throw instead. */
  onAppend: (append: number) => number = () => 50

  constructor(options: ScenarioOptions = {}) {
    this.#options = options
    const { regions = threeZones, running = oldRelease } = options
    this.regions = Object.keys(regions)
    this.fleet = new SimulatedFleet({ ...options, clock: this.clock, regions, running })
    this.fleet.held.add(oldRelease.artifact).add(newRelease.artifact)
  }

  async plan(repair: PlanRequest['repair'] = []): Promise<Planning> {
    const { required = 4, singleZone = false, surge = 0, previous = oldRelease } = this.#options
    const { lane = 'standard', purpose = 'release', wanted = newRelease } = this.#options
    const { contracts = [], mixedTest = null } = this.#options
    const { requestsPerSecond = 200, bakeFloor: floor = 1_000, batchMs = 1_500 } = this.#options
    const bake = {
      ...bakeGoal,
      floor,
      requestsPerSecond: Math.max(requestsPerSecond, 200),
      deadline: floor + 19_000,
    }
    const observation = await this.fleet.observe()
    const request = {
      environment: 'production',
      lane,
      purpose,
      policy: { ...planPolicy, required, singleZone, surge, bake, batchMs, mixedTest },
      observation: { ...observation, traffic: [] },
      release: wanted,
      repair,
      previous: previous
        ? Object.fromEntries(this.regions.map((region) => [region, previous]))
        : {},
      contracts: Object.fromEntries(this.regions.map((region) => [region, contracts])),
    }
    const key = JSON.stringify(request)
    const planning = planned.get(key) ?? planRollout(request)
    planned.set(key, planning)
    return planning
  }

  /** Plans and runs the first region, or the one that is named. */
  async run(extra: Partial<RolloutRequest> = {}): Promise<RolloutResult> {
    return this.clock.drive(this.begin(extra))
  }

  async begin(extra: Partial<RolloutRequest> = {}): Promise<RolloutResult> {
    const planning = await this.#planFor(extra.memory)
    if (planning.kind === 'refused')
      throw new Error(planning.findings.map((finding) => finding.message).join('\n'))
    return runRollout({
      plan: planning.plan,
      region: this.regions[0] ?? '',
      target: this.fleet,
      token,
      journal: {
        record: (events) => this.#record(events),
        signOfLife: () => {
          this.signsOfLife += 1
          return Promise.resolve({ standing: this.standing })
        },
        standing: () => Promise.resolve({ standing: this.standing }),
      },
      clock: this.clock,
      signal: this.stop.signal,
      onProgress: (progress) => this.progress.push(progress),
      limits: {
        pollMs: 250,
        capacityMs: 30_000,
        silenceMs: 5_000,
        settleMs: 1_000,
        lifeMs: 10_000,
        ordersMs: 1_000,
      },
      ...extra,
    })
  }

  /** As the shell does it: a successor waits until the fleet is quiet, and plans on what is left to repair. */
  async #planFor(memory: RolloutMemory | undefined): Promise<Planning> {
    if (memory === undefined) return this.plan()
    const look = () => this.fleet.observe()
    const seen = await quietFleet({
      look,
      clock: this.clock,
      pollMs: 250,
      mostMs: 60_000,
      aside: setAsideBefore(memory),
    })
    return this.plan([...recall(memory, seen).touched])
  }

  async #record(events: readonly RolloutEvent[]) {
    this.appends.push(events)
    const ms = this.onAppend(this.appends.length - 1)
    await this.clock.sleep(ms)
    this.events.push(...events)
    return { standing: this.standing }
  }

  versions(): string[] {
    return this.fleet.units.map(
      (unit) => `${unit.health === 'healthy' ? '' : '!'}${unit.version?.[0] ?? '-'}`,
    )
  }
}

export const appendFault = (): WorldError =>
  new WorldError({
    code: 'ledger/append-failed',
    subject: 'production',
    message: 'the ledger does not answer',
    remedy: 'try again',
  })
