/** A key longer than this is nobody's slip of the pen; the limit bounds the work. */
const LONGEST = 64

/**
 * The known key that somebody most likely meant: the smallest edit distance (a swap of neighbours is
 * one edit), at most a third of the key's length and at least two. Undefined when none is near.
 */
export function nearestKey(written: string, known: readonly string[]): string | undefined {
  if (written.length > LONGEST) return undefined
  const asKebab = written
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/[_\s]/g, '-')
    .toLowerCase()
  const ranked = known
    .map((key) => ({ key, distance: editDistance(asKebab, key) }))
    .sort((a, b) => a.distance - b.distance)
  const best = ranked[0]
  const tolerance = Math.max(2, Math.floor(written.length / 3))
  return best !== undefined && best.distance <= tolerance ? best.key : undefined
}

/** Optimal string alignment distance: insert, delete, replace, swap neighbours. */
function editDistance(a: string, b: string): number {
  let older: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      const options = [at(row, j) + 1, at(next, j - 1) + 1, at(row, j - 1) + (same ? 0 : 1)]
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) options.push(at(older, j - 2) + 1)
      next.push(Math.min(...options))
    }
    older = row
    row = next
  }
  return at(row, b.length)
}

const at = (row: readonly number[], index: number): number => row[index] ?? Number.POSITIVE_INFINITY
