import { type Random, seededRandom } from '../seeded-random.ts'

/** A working day of merges and deploys. Times are minutes. */
export interface DayParameters {
  readonly hours: number
  /** Mean of a Poisson process. */
  readonly mergesPerHour: number
  /** From merge to evidence: tests, build, verdict. */
  readonly ci: number
  /** Minutes that a release takes in each region, one region after the other. */
  readonly regions: readonly [number, ...number[]]
  /** Most merges that one deploy carries; 1 for one deploy a merge. */
  readonly coalesce: number
  /** Share of merges that are bad in production, 0–1. */
  readonly bad: number
  /** Share of a region's time after which a bad release is found out there, 0–1. */
  readonly foundAfter: number
  readonly hotfix: HotfixParameters | undefined
}

/** How an urgent fix goes. */
export interface HotfixParameters {
  /** Hotfixes a day, merged at a random minute. */
  readonly perDay: number
  /** Minutes from one batch edge to the next: a running rollout yields there. Undefined: it never yields. */
  readonly batch: number | undefined
  /** Minutes that the hotfix takes everywhere; undefined: as any release. */
  readonly everywhere: number | undefined
}

/** What one day gave. Latencies are minutes from merge to everywhere. */
export interface Day {
  /** Deploys that reached every region. */
  readonly ships: number
  readonly rolledBack: number
  readonly latencies: readonly number[]
  readonly hotfixLatencies: readonly number[]
  /** Minutes after the end of the day until the last merge was everywhere. */
  readonly overrun: number
}

interface Merge {
  readonly at: number
  readonly ready: number
  readonly bad: boolean
}

/** A deploy on its way through the regions, with the merges that it carries. */
interface Train {
  readonly merges: readonly Merge[]
  readonly hotfix: boolean
}

/** One region: it works on one train at a time; of those that wait, the newest carries the others. */
interface Region {
  readonly minutes: number
  waiting: Merge[]
  working: { readonly train: Train; readonly began: number; readonly ends: number } | undefined
}

/**
 * Simulates a day, event by event: merges come as a Poisson process, wait for their evidence, and are
 * carried through the regions, each with its own lease, so that several releases are under way at
 * once. A bad release is found out in its first region, rolled back in as long as it ran, and its
 * culprit taken out; the rest goes back into the queue. Pure: the same seed gives the same day.
 */
export function simulateDay(parameters: DayParameters, seed: number): Day {
  return new Simulation(parameters, seededRandom(seed)).run()
}

class Simulation {
  readonly #day: DayParameters
  readonly #random: Random
  readonly #regions: readonly Region[]
  readonly #merges: Merge[]
  readonly #fixes: Merge[]
  readonly #latencies: number[] = []
  readonly #hotfixLatencies: number[] = []
  #ships = 0
  #rolledBack = 0
  #now = 0

  constructor(day: DayParameters, random: Random) {
    this.#day = day
    this.#random = random
    this.#regions = day.regions.map((minutes) => ({ minutes, waiting: [], working: undefined }))
    this.#merges = this.#poisson(day.mergesPerHour / 60, day.bad)
    const fixes = day.hotfix?.perDay ?? 0
    this.#fixes = Array.from({ length: fixes }, () => this.#merge(random() * day.hours * 60, 0))
    this.#fixes.sort((a, b) => a.at - b.at)
  }

  run(): Day {
    for (;;) {
      const next = this.#nextEvent()
      if (next === undefined) break
      this.#now = next
      this.#finishWork()
      this.#admit()
      this.#startWork()
    }
    return {
      ships: this.#ships,
      rolledBack: this.#rolledBack,
      latencies: this.#latencies,
      hotfixLatencies: this.#hotfixLatencies,
      overrun: Math.max(0, this.#now - this.#day.hours * 60),
    }
  }

  #merge(at: number, bad: number): Merge {
    return { at, ready: at + this.#day.ci, bad: this.#random() < bad }
  }

  #poisson(perMinute: number, bad: number): Merge[] {
    const merges: Merge[] = []
    const end = this.#day.hours * 60
    const gap = () => -Math.log(this.#random()) / perMinute
    for (let at = gap(); at < end; at += gap()) merges.push(this.#merge(at, bad))
    return merges
  }

  #nextEvent(): number | undefined {
    const times = [
      ...this.#regions.flatMap(({ working }) => (working === undefined ? [] : [working.ends])),
      // What is ready already waits for a region: the end of somebody's work is the next event.
      ...[this.#merges[0], this.#fixes[0]].flatMap((merge) =>
        merge !== undefined && merge.ready > this.#now ? [merge.ready] : [],
      ),
    ]
    return times.length === 0 ? undefined : Math.min(...times)
  }

  /** Merges with evidence join the queue of the first region. */
  #admit(): void {
    const count = this.#merges.findIndex(({ ready }) => ready > this.#now)
    const arrived = this.#merges.splice(0, count === -1 ? this.#merges.length : count)
    this.#regions[0]?.waiting.push(...arrived)
    if ((this.#fixes[0]?.ready ?? Number.POSITIVE_INFINITY) <= this.#now) this.#yieldToFix()
  }

  /** A running rollout yields at its next batch edge: it ends there, and what it carried goes on later. */
  #yieldToFix(): void {
    const batch = this.#day.hotfix?.batch
    if (batch === undefined) return
    for (const region of this.#regions) {
      const { working } = region
      if (working === undefined || working.train.hotfix) continue
      const edge = working.began + Math.ceil((this.#now - working.began) / batch) * batch
      if (edge >= working.ends) continue
      region.waiting.unshift(...working.train.merges)
      region.working = { train: { merges: [], hotfix: false }, began: working.began, ends: edge }
    }
  }

  #finishWork(): void {
    this.#regions.forEach((region, index) => {
      const { working } = region
      if (working === undefined || working.ends > this.#now) return
      region.working = undefined
      const { train } = working
      if (train.hotfix) return this.#finishFix(train)
      const culprit = train.merges.find(({ bad }) => bad)
      if (culprit !== undefined) {
        this.#rolledBack += 1
        region.waiting.unshift(...train.merges.filter((merge) => merge !== culprit))
        return
      }
      const next = this.#regions[index + 1]
      if (next !== undefined) next.waiting.push(...train.merges)
      else if (train.merges.length > 0) {
        this.#ships += 1
        this.#latencies.push(...train.merges.map(({ at }) => this.#now - at))
      }
    })
  }

  #finishFix({ merges }: Train): void {
    this.#ships += 1
    this.#hotfixLatencies.push(...merges.map(({ at }) => this.#now - at))
  }

  #startWork(): void {
    if ((this.#fixes[0]?.ready ?? Number.POSITIVE_INFINITY) <= this.#now) {
      // The fix takes every lease: nothing else starts, and it starts when the last region is free.
      if (this.#regions.every(({ working }) => working === undefined)) this.#startFix()
      return
    }
    this.#regions.forEach((region, index) => {
      if (region.working !== undefined || region.waiting.length === 0) return
      // Later regions carry whatever has come: the newest release contains the older ones.
      const most = index === 0 ? this.#day.coalesce : region.waiting.length
      const merges = region.waiting.splice(0, most)
      const bad = merges.some((merge) => merge.bad)
      const minutes = bad ? 2 * this.#day.foundAfter * region.minutes : region.minutes
      region.working = {
        train: { merges, hotfix: false },
        began: this.#now,
        ends: this.#now + minutes,
      }
    })
  }

  #startFix(): void {
    const serial = this.#day.regions.reduce((sum, minutes) => sum + minutes, 0)
    const minutes = this.#day.hotfix?.everywhere ?? serial
    const train = { merges: this.#fixes.splice(0, 1), hotfix: true }
    for (const region of this.#regions.slice(0, -1))
      region.working = {
        train: { merges: [], hotfix: false },
        began: this.#now,
        ends: this.#now + minutes,
      }
    const last = this.#regions.at(-1)
    if (last !== undefined) last.working = { train, began: this.#now, ends: this.#now + minutes }
  }
}
