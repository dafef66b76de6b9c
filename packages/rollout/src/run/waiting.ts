import type { StageOutcome } from '../target.ts'
import type { Act } from './fleet-watch.ts'
import type { RolloutRun } from './rollout-run.ts'
import type { Wait } from './next-batch.ts'

/** Longest pause between two tries of what the engine refuses, in ms. */
const MOST_PAUSE_MS = 10_000

/** A wait for capacity, or for the engine, with a deadline; says once why it waits. */
export class CapacityWait {
  readonly #run: RolloutRun
  #since: number | undefined
  #refusals = 0

  constructor(run: RolloutRun) {
    this.#run = run
  }

  /** There is room again. */
  reset(): void {
    this.#since = undefined
    this.#refusals = 0
  }

  /** Until the next try, in ms. A try that the engine refuses is on record twice, so those get rarer. */
  pauseMs({ why }: Wait): number {
    const { pollMs } = this.#run.limits
    if (why !== 'engine') return pollMs
    const pause = Math.min(pollMs * 2 ** this.#refusals, Math.max(pollMs, MOST_PAUSE_MS))
    this.#refusals += 1
    return pause
  }

  /** Whether the wait has lasted too long; tells the reason when it begins. */
  isOver({ reason }: Wait): boolean {
    const now = this.#run.clock.monotonic()
    if (this.#since === undefined) {
      this.#since = now
      const text = `no unit may be taken out: ${reason}`
      this.#run.fleet.decide({ kind: 'frozen', tone: 'bad', text })
    }
    return now - this.#since >= this.#run.limits.capacityMs
  }
}

/** Tells the ledger, now and then in a long wait, that the holder lives, and asks it for orders. */
export class SignsOfLife {
  readonly #run: RolloutRun
  #last: number
  #asked: number

  constructor(run: RolloutRun) {
    this.#run = run
    this.#last = run.clock.monotonic()
    this.#asked = this.#last
  }

  beat(): void {
    const { clock, journal, limits } = this.#run
    const now = clock.monotonic()
    if (now - this.#last >= limits.lifeMs) {
      this.#last = now
      journal.liveBehind()
    }
    if (now - this.#asked >= limits.ordersMs) {
      this.#asked = now
      journal.askBehind()
    }
  }
}

/**
 * Lets the target act. One batch may take it as long as the term of the lease, so that the ledger hears
 * meanwhile that its holder lives.
 */
export function actAlive(run: RolloutRun, act: Act): Promise<StageOutcome> {
  const life = new SignsOfLife(run)
  return run.fleet.during(act, () => life.beat())
}
