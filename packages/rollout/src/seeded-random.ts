/** Uniform numbers in (0, 1), the same for the same seed on every machine. */
export type Random = () => number

/** A 32-bit Weyl sequence through a mixing function: enough for simulation, never for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32 + 2 ** -33
  }
}

/** How many trials of chance `rate` pass up to and including the next hit (geometric, ≥ 1). */
export function trialsToNextHit(rate: number, random: Random): number {
  if (rate <= 0) return Number.POSITIVE_INFINITY
  if (rate >= 1) return 1
  return Math.floor(Math.log(random()) / Math.log1p(-rate)) + 1
}

/**
 * Hits among many trials of chance `rate`, by the normal approximation of the binomial distribution
 * (Box–Muller). For expected counts of dozens and more; below that count the gaps one by one.
 */
export function hitsAmong(trials: number, rate: number, random: Random): number {
  const normal = Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random())
  const hits = trials * rate + normal * Math.sqrt(trials * rate * (1 - rate))
  return Math.min(trials, Math.max(0, Math.round(hits)))
}
