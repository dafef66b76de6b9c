/** Hashes in a full tile, and how many of them make one hash of the level above (C2SP tlog-tiles). */
export const TILE_WIDTH = 256

/** One tile: the `n`-th of its level, with `width` hashes of it. */
export interface TileName {
  readonly level: number
  readonly n: number
  readonly width: number
}

/** `tile/<L>/<N>[.p/<W>]` (C2SP tlog-tiles, Merkle Tree). */
export const tilePath = ({ level, n, width }: TileName): string =>
  `tile/${level}/${tileNumber(n)}${partSuffix(width)}`

/** `tile/entries/<N>[.p/<W>]` (C2SP tlog-tiles, Log entries). */
export const bundlePath = ({ n, width }: Pick<TileName, 'n' | 'width'>): string =>
  `tile/entries/${tileNumber(n)}${partSuffix(width)}`

/** Groups of three digits, all but the last with an `x`: 1234067 is `x001/x234/067`. */
function tileNumber(n: number): string {
  const digits = String(n)
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0')
  const groups = padded.match(/.{3}/g) ?? []
  return groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/')
}

const partSuffix = (width: number): string => (width === TILE_WIDTH ? '' : `.p/${width}`)

/** Hashes at a level of a tree: each stands for 256 of the level below. */
export const hashesAt = (level: number, size: number): number =>
  Math.floor(size / TILE_WIDTH ** level)

/** The tiles at the right edge that are not full, lowest level first. */
export function partialTiles(size: number): readonly TileName[] {
  const tiles: TileName[] = []
  for (let level = 0; hashesAt(level, size) > 0; level += 1) {
    const hashes = hashesAt(level, size)
    const width = hashes % TILE_WIDTH
    if (width > 0) tiles.push({ level, n: Math.floor(hashes / TILE_WIDTH), width })
  }
  return tiles
}

/** The `n`-th tile of a level as a tree of `size` has it; undefined when it has none there. */
export function tileIn(size: number, level: number, n: number): TileName | undefined {
  const width = Math.min(TILE_WIDTH, hashesAt(level, size) - n * TILE_WIDTH)
  return width > 0 ? { level, n, width } : undefined
}
