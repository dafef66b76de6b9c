/**
 * Whether two leases would cover a region together. A lease names one region, or several joined by
 * `+`: two hands on `eu` must not pass for one on `eu` and one on `eu+us`.
 */
export function regionsOverlap(one: string, other: string): boolean {
  const regions = new Set(one.split('+'))
  return other.split('+').some((region) => regions.has(region))
}
