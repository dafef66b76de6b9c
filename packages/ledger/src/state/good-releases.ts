import type { CommitId } from '@bulkhead/vocabulary'
import type { ReleaseOnRecord } from '../entry.ts'
import type { GoodRelease } from './environment-state.ts'

/** That a release ended good in some regions. */
export interface RegionSuccess {
  readonly release: GoodRelease
  /** Where it ended. */
  readonly regions: readonly string[]
  /** All regions that it must reach to be fully good. */
  readonly whole: readonly string[]
  /** It is a way back: what became good after it no longer counts. */
  readonly returning: boolean
}

export interface GoodMemory {
  readonly regions: readonly (readonly [string, GoodRelease])[]
  readonly reached: readonly (readonly [CommitId, readonly (readonly [string, number])[]])[]
  readonly whole: readonly GoodRelease[]
}

/**
 * Which releases are good where. A release is fully good once every region has had it, even if the
 * next one has overtaken it in some of them meanwhile: releases follow each other through the regions.
 */
export class GoodReleases {
  #regions: ReadonlyMap<string, GoodRelease> = new Map()
  /** Where releases ended good that are not fully good yet, and by which entry. */
  #reached: ReadonlyMap<CommitId, ReadonlyMap<string, number>> = new Map()
  #whole: GoodRelease[] = []
  /** By which entry each of them last became so: the list may have tens of thousands. */
  #since = new Map<CommitId, number>()
  /** Whether somebody else holds list and map: then they are not changed in place. */
  #shared = false

  get whole(): readonly GoodRelease[] {
    this.#shared = true
    return this.#whole
  }

  /** Index of the entry by which a commit last became fully good; undefined when it never did. */
  since(commit: CommitId): number | undefined {
    return this.#since.get(commit)
  }

  /** Whether it ended good in some region and was not taken back there since. */
  knows(commit: CommitId): boolean {
    const isIt = (release: GoodRelease) => release.commit === commit
    return (
      this.#reached.has(commit) || this.#since.has(commit) || [...this.#regions.values()].some(isIt)
    )
  }

  /** The last good release of each region. */
  byRegion(): Readonly<Record<string, GoodRelease>> {
    return Object.fromEntries(this.#regions)
  }

  note(success: RegionSuccess): void {
    const { release, regions, whole, returning } = success
    this.#regions = new Map([...this.#regions, ...regions.map((name) => [name, release] as const)])
    if (returning) this.#forget(regions)
    const here = regions.map((name) => [name, release.index] as const)
    const reached = new Map([...(this.#reached.get(release.commit) ?? []), ...here])
    this.#reached = new Map([...this.#reached, [release.commit, reached]])
    if (whole.every((name) => reached.has(name))) this.#complete(success)
  }

  /** Whatever had reached these regions is there no more. */
  #forget(regions: readonly string[]): void {
    this.#keepReached((name) => !regions.includes(name))
  }

  #keepReached(stays: (name: string, index: number) => boolean): void {
    this.#reached = new Map(
      [...this.#reached].map(([commit, reached]) => [
        commit,
        new Map([...reached].filter(([name, index]) => stays(name, index))),
      ]),
    )
  }

  /** Forgets what these entries said: they no longer count. */
  takeBack(isGone: (index: number) => boolean): void {
    this.#keepWhole(this.#whole.filter(({ index }) => !isGone(index)))
    this.#regions = new Map([...this.#regions].filter(([, { index }]) => !isGone(index)))
    this.#keepReached((_, index) => !isGone(index))
  }

  /** All that it carries, as plain data. */
  memory(): GoodMemory {
    return {
      regions: [...this.#regions],
      reached: [...this.#reached].map(([commit, reached]) => [commit, [...reached]]),
      whole: this.#whole,
    }
  }

  static resume({ regions, reached, whole }: GoodMemory): GoodReleases {
    const good = new GoodReleases()
    good.#regions = new Map(regions)
    good.#reached = new Map(reached.map(([commit, places]) => [commit, new Map(places)]))
    good.#keepWhole([...whole])
    return good
  }

  #complete({ release, returning }: RegionSuccess): void {
    this.#reached = new Map([...this.#reached].filter(([commit]) => commit !== release.commit))
    if (returning || this.#shared) {
      const end = returning ? this.#firstOf(release) : this.#whole.length
      this.#keepWhole(this.#whole.slice(0, end))
    }
    this.#whole.push(release)
    this.#since.set(release.commit, release.index)
  }

  #keepWhole(whole: GoodRelease[]): void {
    this.#whole = whole
    this.#since = new Map(whole.map(({ commit, index }) => [commit, index]))
    this.#shared = false
  }

  #firstOf({ commit }: ReleaseOnRecord): number {
    const at = this.#whole.findIndex((good) => good.commit === commit)
    return at === -1 ? this.#whole.length : at
  }

  /** A copy that goes its own way. Nothing inside is changed in place. */
  fork(): GoodReleases {
    const copy = new GoodReleases()
    copy.#regions = this.#regions
    copy.#reached = this.#reached
    copy.#whole = this.#whole
    copy.#since = this.#since
    copy.#shared = true
    this.#shared = true
    return copy
  }
}
