import type { ShippedRelease, UnitPlace } from '@bulkhead/rollout'
import { Member } from '../proxy/rotation.ts'
import type { FleetContext } from './fleet-context.ts'
import { probeHealth } from './health-probe.ts'
import { type Standing, isForeign, judgeProbe, newStanding } from './standing.ts'
import type { UnitProcess } from './unit-process.ts'

/** Between SIGTERM and SIGKILL. */
const STOP_GRACE_MS = 3_000
const FIRST_PROBES_MS = 100
const LEAST_PROBE_TIMEOUT_MS = 2_000

/**
 * A process in its place: its health is asked for as long as it lives, and it is in rotation exactly
 * while it is healthy, not being drained, and its zone's traffic is not shifted away.
 */
export class Occupant {
  readonly release: ShippedRelease
  readonly member: Member
  readonly #context: FleetContext
  readonly #process: UnitProcess
  readonly #life = new AbortController()
  #standing: Standing = newStanding
  #draining: boolean
  #shifted: boolean
  #wake: (() => void)[] = []

  constructor(
    context: FleetContext,
    place: UnitPlace,
    release: ShippedRelease,
    started: UnitProcess,
    { drained, shifted }: { readonly drained: boolean; readonly shifted: boolean },
  ) {
    this.#context = context
    this.release = release
    this.#draining = drained
    this.#shifted = shifted
    this.#process = started
    this.member = new Member(place, release.commit, started.port)
    void started.exited.then(() => this.#onEnd())
    void this.#watch()
  }

  get standing(): Standing {
    return this.#standing
  }

  get alive(): boolean {
    return this.#process.alive
  }

  get draining(): boolean {
    return this.#draining
  }

  get pid(): number | null {
    return this.#process.pid ?? null
  }

  get ended(): Promise<string> {
    return this.#process.ended
  }

  lastWords(): string {
    return this.#process.lastWords()
  }

  killNow(): void {
    this.#process.killNow()
  }

  /** Resolves when it is healthy, certainly another build, at its end, or after `ms`. */
  async settle(ms: number): Promise<void> {
    const late = new AbortController()
    const deadline = this.#context.clock.sleep(ms, late.signal).catch(() => undefined)
    const settled = (async () => {
      while (this.alive && this.#standing.health !== 'healthy' && !isForeign(this.#standing))
        await new Promise<void>((resolve) => this.#wake.push(resolve))
    })()
    await Promise.race([settled, deadline])
    late.abort()
  }

  /** Takes it out of rotation and waits for its requests in flight. @returns how many remain. */
  async drain(ms: number, signal: AbortSignal): Promise<number> {
    this.#draining = true
    return this.#settleTraffic(ms, signal)
  }

  /** Its zone gets no traffic any more. @returns how many requests remain */
  async shiftAway(ms: number, signal: AbortSignal): Promise<number> {
    this.#shifted = true
    return this.#settleTraffic(ms, signal)
  }

  /** Its zone has its traffic again. */
  shiftBack(): void {
    this.#shifted = false
    this.#updateRotation()
  }

  /** Leaves the rotation and waits for requests in flight. */
  async #settleTraffic(ms: number, signal: AbortSignal): Promise<number> {
    this.#updateRotation()
    const patience = new AbortController()
    const sleep = this.#context.clock.sleep(ms, AbortSignal.any([patience.signal, signal]))
    await Promise.race([this.member.idle(), sleep.catch(() => undefined)])
    patience.abort()
    return this.member.inFlight
  }

  /** Takes back a drain: the process serves as before. */
  restore(): void {
    this.#draining = false
    this.#updateRotation()
  }

  async stop(): Promise<void> {
    this.#draining = true
    this.#updateRotation()
    await this.#process.stop(STOP_GRACE_MS, this.#context.clock)
  }

  async #watch(): Promise<void> {
    const { health } = this.#context.spec
    const { signal } = this.#life
    while (!signal.aborted) {
      const probe = await probeHealth({
        port: this.#process.port,
        path: health.path,
        buildField: health.buildField,
        timeoutMs: Math.max(health.interval, LEAST_PROBE_TIMEOUT_MS),
        signal,
      })
      if (signal.aborted) return
      this.#become(judgeProbe(this.#standing, probe, this.release.commit))
      await this.#context.clock.sleep(this.#pause(), signal).catch(() => undefined)
    }
  }

  /** Until the first good answer there is nothing to wear out, and users wait for capacity. */
  #pause(): number {
    const { interval } = this.#context.spec.health
    const unheard = this.#standing.health === 'starting' && this.#standing.good === 0
    return unheard ? Math.min(interval, FIRST_PROBES_MS) : interval
  }

  #onEnd(): void {
    this.#life.abort()
    this.#become({ ...newStanding, health: 'unhealthy', reason: 'has ended' })
    this.member.close()
  }

  #become(standing: Standing): void {
    this.#standing = standing
    this.#updateRotation()
    for (const wake of this.#wake.splice(0)) wake()
  }

  #updateRotation(): void {
    const { rotation } = this.#context
    const withheld = this.#draining || this.#shifted
    if (this.alive && !withheld && this.#standing.health === 'healthy') rotation.enter(this.member)
    else rotation.leave(this.member)
  }
}
