import { setImmediate } from 'node:timers/promises'
import type { Clock } from '@bulkhead/world'

interface Timer {
  readonly at: number
  readonly order: number
  readonly wake: () => void
}

/** Time that only moves when everybody sleeps: hours of rollout pass in milliseconds. */
export class VirtualClock implements Clock {
  #now = 0
  #order = 0
  #timers: Timer[] = []
  /** Called whenever time has moved. */
  onTick: () => void = () => undefined

  now = (): number => Date.UTC(2026, 0, 1) + this.#now
  monotonic = (): number => this.#now

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error)
      const timer: Timer = { at: this.#now + ms, order: (this.#order += 1), wake: () => wake() }
      const stop = () => {
        this.#timers = this.#timers.filter((each) => each !== timer)
        reject(signal?.reason as Error)
      }
      const wake = () => {
        signal?.removeEventListener('abort', stop)
        resolve()
      }
      signal?.addEventListener('abort', stop, { once: true })
      this.#timers.push(timer)
      return undefined
    })
  }

  /** Runs `work` to its end, moving time to the next sleeper whenever nobody is awake. */
  async drive<T>(work: Promise<T>): Promise<T> {
    const state = { ended: false }
    const done = work.finally(() => {
      state.ended = true
    })
    done.catch(() => undefined)
    for (let idle = 0; !state.ended;) {
      await setImmediate()
      const next = this.#timers.sort((a, b) => a.at - b.at || a.order - b.order).shift()
      idle = next ? 0 : idle + 1
      if (idle > 50) throw new Error('nobody sleeps and nothing ends: a deadlock')
      if (!next) continue
      this.#now = Math.max(this.#now, next.at)
      this.onTick()
      next.wake()
    }
    return done
  }
}
