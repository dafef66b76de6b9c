/**
 * Looks that many want at once: whoever asks while one is under way shares the next, which begins after
 * they asked and so shows what they did before.
 */
export class SharedLook<Value> {
  readonly #look: () => Promise<Value>
  #running: Promise<Value> | undefined
  #next: Promise<Value> | undefined

  constructor(look: () => Promise<Value>) {
    this.#look = look
  }

  take(): Promise<Value> {
    if (this.#running === undefined) return this.#begin()
    this.#next ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined
        return this.#begin()
      })
    return this.#next
  }

  #begin(): Promise<Value> {
    const running = this.#look().finally(() => {
      if (this.#running === running) this.#running = undefined
    })
    this.#running = running
    return running
  }
}
