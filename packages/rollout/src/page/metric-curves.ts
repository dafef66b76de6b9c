import type { BakeView } from '../progress.ts'
import type { MetricCurve, MetricPoint } from './record.ts'

/** More looks at a metric than a drawing has room for are thinned. */
const MOST_POINTS = 400

interface Growing extends MetricCurve {
  points: readonly MetricPoint[]
}

/** Remembers what every metric showed, in bounded memory however long the bakes are. */
export class MetricCurves {
  readonly #curves = new Map<string, Growing>()

  get all(): readonly MetricCurve[] {
    return [...this.#curves.values()]
  }

  add({ at, region, wave, metrics }: BakeView): void {
    for (const { metric, figures } of metrics) {
      if (figures === undefined) continue
      const key = `${region}\n${metric}`
      const curve = this.#curves.get(key) ?? { region, metric, points: [] }
      this.#curves.set(key, curve)
      const point = { at, wave, ...figures }
      // The fleet is looked at more often than its metrics: of the same figures, first and last stay.
      const isStill = curve.points.slice(-2).filter((each) => isSame(each, point)).length === 2
      curve.points = thinned([...curve.points.slice(0, isStill ? -1 : undefined), point])
    }
  }
}

const isSame = (one: MetricPoint, other: MetricPoint): boolean =>
  one.wave === other.wave &&
  one.canary === other.canary &&
  one.control === other.control &&
  one.limit === other.limit

/** The newest stays: by it the wave was judged. */
const thinned = (points: readonly MetricPoint[]): readonly MetricPoint[] =>
  points.length <= MOST_POINTS
    ? points
    : points.filter((_, at) => at % 2 === 0 || at === points.length - 1)
