import type { ShippedRelease, UnitObservation, UnitPlace } from '@bulkhead/rollout'
import type { FleetContext } from './fleet-context.ts'
import { launch } from './launch.ts'
import type { Occupant } from './occupant.ts'
import { SerialQueue } from '../serial-queue.ts'

const FIRST_RESTART_MS = 250
const LONGEST_RESTART_MS = 30_000

/** A place of the fleet and what stands in it. Changes go through {@link exclusively}, one by one. */
export class Unit {
  readonly place: UnitPlace
  readonly surplus: boolean
  readonly #context: FleetContext
  readonly #queue = new SerialQueue()
  #occupant: Occupant | undefined
  /** Ends the watch over the occupant: what happens to it from now on is somebody's intention. */
  #watch = new AbortController()
  #phase: 'keeps' | 'restarting' | 'stopped' = 'stopped'
  #failure: string | null = null
  #restarts = 0

  /** @param surplus beyond the zone's own: a surge added it and will take it away */
  constructor(context: FleetContext, place: UnitPlace, surplus = false) {
    this.#context = context
    this.place = place
    this.surplus = surplus
  }

  get occupant(): Occupant | undefined {
    return this.#occupant
  }

  get restarts(): number {
    return this.#restarts
  }

  /** Why it does not serve, null when it does. */
  get reason(): string | null {
    if (this.#occupant?.standing.health === 'healthy') return null
    return this.#occupant?.alive ? this.#occupant.standing.reason : this.#failure
  }

  /** Runs one change of this place after those before it. */
  exclusively<Value>(change: () => Promise<Value>): Promise<Value> {
    return this.#queue.run(change)
  }

  /** Whether somebody took it out of traffic and has not given it back. */
  get drained(): boolean {
    return this.#context.drained.has(this.place.id)
  }

  /** Back into traffic, as soon as it is well. */
  async restore(): Promise<void> {
    await this.#context.drained.delete(this.place.id)
    this.#occupant?.restore()
  }

  serves(release: ShippedRelease): boolean {
    return this.runs(release) && this.#occupant?.draining === false
  }

  /** Whether it is well on this release, in traffic or not. */
  runs(release: ShippedRelease): boolean {
    const now = this.#occupant
    return (
      now !== undefined &&
      now.alive &&
      now.standing.health === 'healthy' &&
      now.release.commit === release.commit &&
      now.release.artifact === release.artifact
    )
  }

  observe(): UnitObservation {
    const seen = { ...this.place, version: this.#version(), health: this.#health() }
    return this.surplus ? { ...seen, surplus: true } : seen
  }

  /** Starts `release` here; the place must be empty. @returns why it could not, else undefined. */
  async occupy(release: ShippedRelease): Promise<string | undefined> {
    if (this.#context.closing.aborted) return 'the fleet is stopping'
    const started = await launch(this.#context, this.place, release)
    if (started.kind === 'refused') {
      this.#failure = started.reason
      return started.reason
    }
    this.#occupant = started.occupant
    this.#phase = 'stopped'
    return undefined
  }

  /** From now on the process is started again whenever it ends by itself. */
  keep(): void {
    this.#watch = new AbortController()
    this.#phase = 'keeps'
    const release = this.#occupant?.release
    if (release !== undefined) void this.#keepAlive(release, this.#watch.signal)
  }

  /** From now on nothing is restarted here. */
  letGo(): void {
    this.#watch.abort()
    this.#phase = 'stopped'
  }

  /** Stops what runs here, and remembers why for whoever asks. */
  async vacate(why: string): Promise<void> {
    this.letGo()
    this.#failure = why
    await this.#occupant?.stop()
    this.#occupant = undefined
  }

  killNow(): void {
    this.#occupant?.killNow()
  }

  async #keepAlive(release: ShippedRelease, signal: AbortSignal): Promise<void> {
    let pause = FIRST_RESTART_MS
    while (!signal.aborted) {
      if (this.#occupant?.alive) {
        const born = this.#context.clock.monotonic()
        this.#failure = await this.#occupant.ended
        if (this.#context.clock.monotonic() - born > LONGEST_RESTART_MS) pause = FIRST_RESTART_MS
      }
      if (signal.aborted) return
      this.#phase = 'restarting'
      await this.#context.clock.sleep(pause, signal).catch(() => undefined)
      pause = Math.min(pause * 2, LONGEST_RESTART_MS)
      await this.exclusively(async () => {
        if (signal.aborted) return
        this.#restarts++
        if ((await this.occupy(release)) === undefined) this.#phase = 'keeps'
        else this.#phase = 'restarting'
      })
    }
  }

  #version(): UnitObservation['version'] {
    return this.#occupant?.alive ? this.#occupant.standing.version : null
  }

  #health(): UnitObservation['health'] {
    if (this.#occupant?.alive)
      return this.#occupant.draining ? 'draining' : this.#occupant.standing.health
    return this.#phase === 'stopped' ? 'stopped' : 'unhealthy'
  }
}
