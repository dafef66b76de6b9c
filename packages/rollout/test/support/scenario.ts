import {
  type Planning,
  type RolloutEvent,
  type RolloutProgress,
  type RolloutResult,
  type ShippedRelease,
  planRollout,
  runRollout,
} from '../../src/index.ts'
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

export interface ScenarioOptions extends Partial<Omit<FleetOptions, 'clock'>> {
  readonly required?: number
  readonly previous?: ShippedRelease | null
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
  readonly #options: ScenarioOptions
  /** Milliseconds that one append takes; may throw instead. */
  onAppend: (append: number) => number = () => 50

  constructor(options: ScenarioOptions = {}) {
    this.#options = options
    const { regions = threeZones, running = oldRelease } = options
    this.fleet = new SimulatedFleet({ ...options, clock: this.clock, regions, running })
    this.fleet.held.add(oldRelease.artifact).add(newRelease.artifact)
  }

  async plan(): Promise<Planning> {
    const { required = 4, previous = oldRelease } = this.#options
    const observation = await this.fleet.observe()
    const request = {
      environment: 'production',
      policy: { required, bake: bakeGoal },
      observation,
      release: newRelease,
      previous,
    }
    const key = JSON.stringify(request)
    const planning = planned.get(key) ?? planRollout(request)
    planned.set(key, planning)
    return planning
  }

  async run(): Promise<RolloutResult> {
    const planning = await this.plan()
    if (planning.kind === 'refused')
      throw new Error(planning.findings.map((finding) => finding.message).join('\n'))
    const record = async (events: readonly RolloutEvent[]) => {
      const ms = this.onAppend(this.appends.length)
      this.appends.push(events)
      await this.clock.sleep(ms)
      this.events.push(...events)
    }
    return this.clock.drive(
      runRollout({
        plan: planning.plan,
        target: this.fleet,
        token,
        journal: { record },
        clock: this.clock,
        signal: this.stop.signal,
        onProgress: (progress) => this.progress.push(progress),
        limits: { pollMs: 250, capacityMs: 30_000, silenceMs: 5_000, settleMs: 1_000 },
      }),
    )
  }

  versions(): string[] {
    return this.fleet.units.map(
      (unit) => `${unit.health === 'healthy' ? '' : '!'}${unit.version?.[0] ?? '-'}`,
    )
  }
}
