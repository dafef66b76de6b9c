import {
  type CommitId,
  type Digest,
  type FencingToken,
  WorldError,
  commitId,
  digest,
  fencingToken,
} from '@bulkhead/vocabulary'
import type {
  Batch,
  Hand,
  Observation,
  Scope,
  ShiftOrder,
  ShippedRelease,
  Stage,
  StageOutcome,
  SurgeOrder,
  Target,
  Topology,
  UnitId,
  UnitObservation,
} from '../../src/index.ts'
import { type Random, seededRandom, trialsToNextHit } from '../../src/seeded-random.ts'
import type { VirtualClock } from './virtual-clock.ts'

export const release = (digit: string): ShippedRelease => ({
  commit: commitId(digit.repeat(40)),
  artifact: digest(`sha256:${digit.repeat(64)}`),
})

export const token = fencingToken(7)

export interface FleetOptions {
  readonly clock: VirtualClock
  /** Units per zone, by region. */
  readonly regions: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly running: ShippedRelease | null
  readonly requestsPerSecond?: number
  readonly seed?: number
  /** Units that a zone can have beyond its own. */
  readonly surge?: number
  /** How long a batch drains, and starts. */
  readonly drainMs?: number
  readonly startMs?: number
}

type SimulatedUnit = { -readonly [Key in keyof UnitObservation]: UnitObservation[Key] }

/** A fleet in memory: batches take time, traffic flows by time, faults are switched on by tests. */
export class SimulatedFleet implements Target {
  readonly units: SimulatedUnit[]
  readonly held = new Set<Digest>()
  /** Error rate of a build, 0 unless set. */
  readonly errorRates = new Map<CommitId, number>()
  /** Builds that never get healthy. */
  readonly sick = new Set<CommitId>()
  /** Builds that report another commit than their own. */
  readonly lying = new Map<CommitId, CommitId>()
  readonly deadZones = new Set<string>()
  /** Requests and errors by region and build, see {@link countOf}. */
  readonly requests = new Map<string, number>()
  readonly errors = new Map<string, number>()
  /** Zones whose traffic is shifted away, as `region/zone`. */
  readonly shifted = new Set<string>()
  readonly applied: Stage[] = []
  /** Why the engine refuses whatever it is told, if it does. */
  refusal: string | undefined
  /** The newest token that acted, by region. */
  readonly newest = new Map<string, FencingToken>()
  /** Called before each call of the executor, with its running number; may throw. */
  onCall: (call: number, name: string) => void = () => undefined
  /** Called whenever a unit has changed. */
  onChange: () => void = () => undefined
  #calls = 0
  #flowedUntil = 0
  readonly #clock: VirtualClock
  readonly #random: Random
  readonly #rate: number
  /** Parts of requests that are still to come. */
  readonly #fractions = new Map<string, number>()
  readonly #untilError = new Map<string, number>()
  readonly #surge: number
  readonly #times: { readonly drainMs: number; readonly startMs: number }

  constructor({
    clock,
    regions,
    running,
    requestsPerSecond = 200,
    seed = 1,
    surge = 0,
    drainMs = 500,
    startMs = 1000,
  }: FleetOptions) {
    this.#surge = surge
    this.#times = { drainMs, startMs }
    this.#clock = clock
    this.#random = seededRandom(seed)
    this.#rate = requestsPerSecond
    this.units = Object.entries(regions).flatMap(([region, zones]) =>
      Object.entries(zones).flatMap(([zone, count]) =>
        Array.from({ length: count }, (_, at) => ({
          id: `${region}/${zone}/${at + 1}` as UnitId,
          region,
          zone,
          version: running?.commit ?? null,
          health: running ? ('healthy' as const) : ('stopped' as const),
        })),
      ),
    )
    clock.onTick = () => this.flow()
  }

  topology(): Promise<Topology> {
    const units = this.units.map(({ id, region, zone }) => ({ id, region, zone }))
    return Promise.resolve({ units, selects: 'units', surge: this.#surge, shifts: true })
  }

  async observe(scope: Scope = {}): Promise<Observation> {
    await this.#call('observe')
    const { region, zone } = scope
    const counted = [...this.requests.keys()].map(placeOfKey).toSorted(byVersion)
    return {
      units: this.units
        .filter(
          (unit) => unit.region === (region ?? unit.region) && unit.zone === (zone ?? unit.zone),
        )
        .map((unit) => ({
          ...unit,
          version: unit.version && (this.lying.get(unit.version) ?? unit.version),
        })),
      traffic: counted
        .filter((count) => count.region === (region ?? count.region))
        .map(({ region: at, version }) => ({
          version,
          requests: this.requests.get(`${at} ${version}`) ?? 0,
          errors: this.errors.get(`${at} ${version}`) ?? 0,
        })),
      shifted: [...this.shifted].map((name) => {
        const [at = '', of = ''] = name.split('/')
        return { region: at, zone: of }
      }),
    }
  }

  async apply(stage: Stage, wanted: ShippedRelease, hand: Hand): Promise<StageOutcome> {
    await this.#call('apply')
    if (this.#isStale(stage, hand)) return this.#stale(stage)
    if (this.refusal !== undefined) return { kind: 'refused', reason: this.refusal }
    this.applied.push(stage)
    const units = this.units.filter((unit) => stage.units.includes(unit.id))
    hand.onProgress?.({ unit: null, note: 'draining' })
    this.#set(units, 'draining')
    await this.#clock.sleep(this.#times.drainMs)
    for (const unit of units) unit.version = wanted.commit
    this.#set(units, 'starting')
    await this.#clock.sleep(this.#times.startMs)
    const failed = units.find(
      (unit) => this.sick.has(wanted.commit) || this.deadZones.has(`${unit.region}/${unit.zone}`),
    )
    this.#set(
      units.filter((unit) => unit !== failed),
      'healthy',
    )
    if (failed) this.#set([failed], 'unhealthy')
    return failed
      ? { kind: 'failed', unit: failed.id, reason: 'did not get healthy' }
      : { kind: 'applied' }
  }

  drain(batch: Batch, hand: Hand): Promise<StageOutcome> {
    return this.#turn(batch, hand, 'draining')
  }

  restore(batch: Batch, hand: Hand): Promise<StageOutcome> {
    return this.#turn(batch, hand, 'healthy')
  }

  #turn(batch: Batch, hand: Hand, health: UnitObservation['health']): Promise<StageOutcome> {
    if (this.#isStale(batch, hand)) return Promise.resolve(this.#stale(batch))
    this.#set(
      this.units.filter((unit) => batch.units.includes(unit.id)),
      health,
    )
    return Promise.resolve({ kind: 'applied', victims: 0 })
  }

  /** Enters the token of a hand, unless a newer one has acted in the region. */
  #isStale({ region }: { readonly region: string }, hand: Hand): boolean {
    if (hand.token < this.#newestIn(region)) return true
    this.newest.set(region, hand.token)
    return false
  }

  readonly #newestIn = (region: string) => this.newest.get(region) ?? token

  #stale({ region }: { readonly region: string }): StageOutcome {
    return { kind: 'stale-token', newest: this.#newestIn(region) }
  }

  async surge(order: SurgeOrder, wanted: ShippedRelease, hand: Hand): Promise<StageOutcome> {
    await this.#call('surge')
    if (this.#isStale(order, hand)) return this.#stale(order)
    if (order.extra > this.#surge) return { kind: 'refused', reason: `at most ${this.#surge}` }
    const { region, zone } = order
    const ids = Array.from(
      { length: this.#surge },
      (_, at) => `${region}/${zone}/+${at + 1}` as UnitId,
    )
    const there = () => this.units.filter((unit) => ids.includes(unit.id))
    const going = there().filter((unit) => ids.indexOf(unit.id) >= order.extra)
    const coming = ids.slice(0, order.extra).filter((id) => !there().some((u) => u.id === id))
    this.#set(going, 'draining')
    for (const id of coming) {
      const version = wanted.commit
      this.units.push({ id, region, zone, version, health: 'starting', surplus: true })
    }
    await this.#clock.sleep(going.length > 0 ? this.#times.drainMs : this.#times.startMs)
    for (const unit of going) this.units.splice(this.units.indexOf(unit), 1)
    this.#set(there(), 'healthy')
    return { kind: 'applied' }
  }

  shift({ region, zone, away }: ShiftOrder, hand: Hand): Promise<StageOutcome> {
    if (this.#isStale({ region }, hand)) return Promise.resolve(this.#stale({ region }))
    this.flow()
    if (away) this.shifted.add(`${region}/${zone}`)
    else this.shifted.delete(`${region}/${zone}`)
    this.onChange()
    return Promise.resolve({ kind: 'applied', victims: 0 })
  }

  stage(artifact: { readonly digest: Digest }): Promise<void> {
    this.held.add(artifact.digest)
    return Promise.resolve()
  }

  async holds(artifact: Digest): Promise<boolean> {
    await this.#call('holds')
    return this.held.has(artifact)
  }

  loseZone(name: string): void {
    this.deadZones.add(name)
    this.#set(
      this.units.filter((unit) => `${unit.region}/${unit.zone}` === name),
      'stopped',
    )
  }

  returnZone(name: string): void {
    this.deadZones.delete(name)
    this.#set(
      this.units.filter((unit) => `${unit.region}/${unit.zone}` === name),
      'healthy',
    )
  }

  /** Requests that a build has answered, in all regions. */
  countOf(counts: ReadonlyMap<string, number>, version: CommitId): number {
    return [...counts].reduce(
      (sum, [key, n]) => sum + (placeOfKey(key).version === version ? n : 0),
      0,
    )
  }

  /** Requests since the last call: each region's share of them, spread evenly over its healthy units. */
  flow(): void {
    const seconds = (this.#clock.monotonic() - this.#flowedUntil) / 1000
    if (seconds <= 0) return
    this.#flowedUntil = this.#clock.monotonic()
    for (const [region, units] of Map.groupBy(this.units, (unit) => unit.region)) {
      const share = (this.#rate * seconds * units.length) / this.units.length
      const serving = units.filter(
        (unit) => unit.health === 'healthy' && !this.shifted.has(`${region}/${unit.zone}`),
      )
      for (const [version, some] of Map.groupBy(serving, (unit) => unit.version)) {
        const key = `${region} ${version}`
        const due = (share * some.length) / serving.length + (this.#fractions.get(key) ?? 0)
        this.#fractions.set(key, due % 1)
        if (version) this.#serve(key, version, Math.floor(due))
      }
    }
  }

  #serve(key: string, version: CommitId, requests: number): void {
    this.requests.set(key, (this.requests.get(key) ?? 0) + requests)
    const rate = this.errorRates.get(version) ?? 0
    let left = this.#untilError.get(key) ?? trialsToNextHit(rate, this.#random)
    let errors = 0
    for (left -= requests; left <= 0; left += trialsToNextHit(rate, this.#random)) errors += 1
    // A rate of zero has no next error; forget it, so that the rate may change later.
    if (Number.isFinite(left)) this.#untilError.set(key, left)
    else this.#untilError.delete(key)
    this.errors.set(key, (this.errors.get(key) ?? 0) + errors)
  }

  #set(units: readonly SimulatedUnit[], health: UnitObservation['health']): void {
    this.flow()
    for (const unit of units)
      unit.health =
        health === 'healthy' && this.deadZones.has(`${unit.region}/${unit.zone}`)
          ? 'stopped'
          : health
    this.onChange()
  }

  async #call(name: string): Promise<void> {
    await Promise.resolve()
    this.onCall((this.#calls += 1), name)
  }
}

export const targetFault = (): WorldError =>
  new WorldError({
    code: 'rollout/target-failed',
    subject: 'target',
    message: 'no answer',
    remedy: 'look',
  })

const placeOfKey = (key: string): { readonly region: string; readonly version: CommitId } => {
  const [region = '', version = ''] = key.split(' ')
  return { region, version: commitId(version) }
}

const byVersion = (a: { readonly version: string }, b: { readonly version: string }): number =>
  a.version < b.version ? -1 : 1
