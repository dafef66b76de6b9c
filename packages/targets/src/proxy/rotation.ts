import type { UnitPlace } from '@bulkhead/rollout'
import type { CommitId } from '@bulkhead/vocabulary'
import { ConnectingAgent } from './connecting-agent.ts'

/** A running process as the proxy sees it: where requests go and how many are there now. */
export class Member {
  readonly place: UnitPlace
  readonly version: CommitId
  readonly port: number
  readonly agent = new ConnectingAgent()
  #inFlight = 0
  #onIdle: (() => void)[] = []

  constructor(place: UnitPlace, version: CommitId, port: number) {
    this.place = place
    this.version = version
    this.port = port
  }

  get inFlight(): number {
    return this.#inFlight
  }

  begin(): void {
    this.#inFlight++
  }

  end(): void {
    this.#inFlight--
    if (this.#inFlight > 0) return
    for (const wake of this.#onIdle.splice(0)) wake()
  }

  /** Resolves when no request is in flight. */
  idle(): Promise<void> {
    if (this.#inFlight === 0) return Promise.resolve()
    return new Promise((resolve) => this.#onIdle.push(resolve))
  }

  /** Closes the connections to the process. */
  close(): void {
    this.agent.destroy()
  }
}

/** Who gets requests now, in turn. */
export class Rotation {
  readonly #members: Member[] = []
  #next = 0

  enter(member: Member): void {
    if (!this.#members.includes(member)) this.#members.push(member)
  }

  /** From now on it gets no new request; those in flight go on. */
  leave(member: Member): void {
    const index = this.#members.indexOf(member)
    if (index < 0) return
    this.#members.splice(index, 1)
    if (index < this.#next) this.#next--
  }

  has(member: Member): boolean {
    return this.#members.includes(member)
  }

  /** The next in turn other than `not`, undefined when there is none. */
  pick(not?: Member): Member | undefined {
    for (let step = 0; step < this.#members.length; step++) {
      this.#next = this.#next % this.#members.length
      const member = this.#members[this.#next++]
      if (member !== not) return member
    }
    return undefined
  }

  get inFlight(): number {
    return this.#members.reduce((sum, member) => sum + member.inFlight, 0)
  }
}
