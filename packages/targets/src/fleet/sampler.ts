import type { Observation } from '@bulkhead/rollout'
import type { Clock } from '@bulkhead/world'
import type { LocalFleetSample } from '../local-fleet-sample.ts'

const EVERY_MS = 250
const KEPT_MS = 30 * 60_000
const MOST_SAMPLES = KEPT_MS / EVERY_MS

/** What a sample is made of, besides its time. */
export type Look = Omit<LocalFleetSample, 'at'>

/** The time series of the fleet: a look every 250 ms, of the last 30 minutes. */
export class Sampler {
  readonly #look: () => Look
  readonly #clock: Clock
  readonly #samples: LocalFleetSample[] = []

  constructor(look: () => Look, clock: Clock) {
    this.#look = look
    this.#clock = clock
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.take()
      await this.#clock.sleep(EVERY_MS, signal).catch(() => undefined)
    }
  }

  take(): void {
    const look = this.#look()
    const before = this.#samples.at(-1)
    // A quiet fleet looks the same for minutes: the parts that did not change are shared.
    const units = before && same(before.units, look.units) ? before.units : look.units
    const traffic = before && same(before.traffic, look.traffic) ? before.traffic : look.traffic
    this.#samples.push({ ...look, units, traffic, at: this.#clock.now() })
    if (this.#samples.length > MOST_SAMPLES) this.#samples.shift()
  }

  /** At most `most` samples later than `since`, oldest first. */
  after(
    since: number,
    most: number,
  ): { readonly samples: readonly LocalFleetSample[]; more: boolean } {
    const start = this.#samples.findIndex((sample) => sample.at > since)
    if (start < 0) return { samples: [], more: false }
    const samples = this.#samples.slice(start, start + most)
    return { samples, more: start + most < this.#samples.length }
  }
}

type Part = Observation['units'] | Observation['traffic']
const same = (a: Part, b: Part) => JSON.stringify(a) === JSON.stringify(b)
