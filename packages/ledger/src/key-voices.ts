interface Voice {
  readonly principal: string
  /** Index of the entry by which it spoke. */
  readonly by: number
}

/** By change that was asked for: who asked for it. */
export type VoicesMemory = readonly (readonly [string, readonly Voice[]])[]

/** Who asked for which change of the keys, each principal once: a threshold of them makes it. */
export class KeyVoices {
  #asked: ReadonlyMap<string, readonly Voice[]>

  constructor(asked: VoicesMemory = []) {
    this.#asked = new Map(asked)
  }

  /** Takes in one voice for a change. @returns the entries by which all spoke who asked for it so far */
  add(change: string, voice: Voice): readonly number[] {
    const before = this.#asked.get(change) ?? []
    const known = before.some(({ principal }) => principal === voice.principal)
    const voices = known ? before : [...before, voice]
    this.#asked = new Map([...this.#asked, [change, voices]])
    return voices.map(({ by }) => by)
  }

  /** Forgets what entries asked for that no longer count. */
  takeBack(isGone: (index: number) => boolean): void {
    const stay = [...this.#asked].map(
      ([change, voices]) => [change, voices.filter(({ by }) => !isGone(by))] as const,
    )
    this.#asked = new Map(stay)
  }

  memory(): VoicesMemory {
    return [...this.#asked]
  }
}
