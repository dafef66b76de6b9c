import type { StageOutcome } from '../target.ts'
import type { Act } from './fleet-watch.ts'
import type { RolloutRun } from './rollout-run.ts'
import type { Wait } from './next-batch.ts'

/** A wait for capacity, or for the engine, with a deadline; says once why it waits. */
export class CapacityWait {
  readonly #run: RolloutRun
  #since: number | undefined

  constructor(run: RolloutRun) {
    this.#run = run
  }

  /** There is room again. */
  reset(): void {
    this.#since = undefined
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

/** Tells the ledger, now and then in a long wait, that the holder of the lease lives. */
export class SignsOfLife {
  readonly #run: RolloutRun
  #last: number

  constructor(run: RolloutRun) {
    this.#run = run
    this.#last = run.clock.monotonic()
  }

  beat(): void {
    const now = this.#run.clock.monotonic()
    if (now - this.#last < this.#run.limits.lifeMs) return
    this.#last = now
    this.#run.journal.liveBehind()
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
