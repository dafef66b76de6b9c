import type { CommitId } from '@bulkhead/vocabulary'
import type { ReleaseOnRecord } from './entry.ts'
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

/**
 * Which releases are good where. A release is fully good once every region has had it, even if the
 * next one has overtaken it in some of them meanwhile: releases follow each other through the regions.
 */
export class GoodReleases {
  #regions: ReadonlyMap<string, GoodRelease> = new Map()
  /** Where releases ended good that are not fully good yet. */
  #reached: ReadonlyMap<CommitId, ReadonlySet<string>> = new Map()
  #whole: readonly GoodRelease[] = []

  get whole(): readonly GoodRelease[] {
    return this.#whole
  }

  /** The last good release of each region. */
  byRegion(): Readonly<Record<string, GoodRelease>> {
    return Object.fromEntries(this.#regions)
  }

  note(success: RegionSuccess): void {
    const { release, regions, whole, returning } = success
    this.#regions = new Map([...this.#regions, ...regions.map((name) => [name, release] as const)])
    if (returning) this.#forget(regions)
    const reached = new Set([...(this.#reached.get(release.commit) ?? []), ...regions])
    this.#reached = new Map([...this.#reached, [release.commit, reached]])
    if (whole.every((name) => reached.has(name))) this.#complete(success)
  }

  /** Whatever had reached these regions is there no more. */
  #forget(regions: readonly string[]): void {
    this.#reached = new Map(
      [...this.#reached].map(([commit, reached]) => [
        commit,
        new Set([...reached].filter((name) => !regions.includes(name))),
      ]),
    )
  }

  #complete({ release, returning }: RegionSuccess): void {
    this.#reached = new Map([...this.#reached].filter(([commit]) => commit !== release.commit))
    const before = returning ? this.#whole.slice(0, this.#firstOf(release)) : this.#whole
    this.#whole = [...before, release]
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
    return copy
  }
}
