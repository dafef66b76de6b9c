/** A released version, and the tags that follow it. */
export interface Version {
  /** `v1.2.3`. */
  readonly full: string
  /** `v1` and `v1.2`; none for a version before 1.0.0, whose users pin what they have tried. */
  readonly moving: readonly string[]
  isOlderThan(tag: string): boolean
}

const SHAPE = /^v?(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})$/

/** Reads `1.2.3` or `v1.2.3`. Undefined for anything else, pre-releases among it. */
export function parseVersion(text: string): Version | undefined {
  const parts = partsOf(text)
  if (parts === undefined) return undefined
  const [major, minor] = parts
  return {
    full: `v${parts.join('.')}`,
    moving: major === 0 ? [] : [`v${major}`, `v${major}.${minor}`],
    isOlderThan: (tag) => {
      const other = partsOf(tag)
      return other !== undefined && compare(parts, other) < 0
    },
  }
}

type Parts = readonly [major: number, minor: number, patch: number]

function partsOf(text: string): Parts | undefined {
  const [, major, minor, patch] = SHAPE.exec(text) ?? []
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)]
}

const compare = (one: Parts, other: Parts): number =>
  one[0] - other[0] || one[1] - other[1] || one[2] - other[2]
