import { fit } from '../plain-text.ts'
import { HEIGHT, drawAxis, round } from './axis.ts'
import { type Markup, html } from './markup.ts'
import type { MetricCurve, MetricPoint } from './record.ts'
import type { Timeline } from './timeline.ts'
import type { Panel } from './unit-lanes.ts'

/** What one metric showed of canary and control while waves baked, against what is allowed. */
export function drawMetric({ metric, points }: MetricCurve, timeline: Timeline): Panel {
  const values = points.flatMap(({ canary, control, limit }) => [canary, control ?? 0, limit])
  const { y, grid } = drawAxis(Math.max(0, ...values) || 1, fit(metric, 60))
  const release = timeline.samples.at(-1)?.release ?? null
  const line = (look: string, read: (point: MetricPoint) => number | null) =>
    html`<path
      class="line ${look}"
      d="${pathOf(points, timeline, (point) => {
        const value = read(point)
        return value === null ? null : y(value)
      })}"
    />`
  const dots = points.map((point) => drawDot(point, timeline, y))
  const body = html`${grid}${line('required', ({ limit }) => limit)}${line(
      'healthy',
      ({ control }) => control,
    )}${line(timeline.colour(release), ({ canary }) => canary)}<g
      class="unit ${timeline.colour(release)}"
      >${dots}</g
    >`
  return { height: HEIGHT, body }
}

/** Says its numbers to whoever points at it. */
function drawDot(
  { at, wave, canary, control, limit }: MetricPoint,
  timeline: Timeline,
  y: (value: number) => number,
): Markup {
  const beside = control === null ? '' : `, control ${short(control)}`
  return html`<circle cx="${timeline.x(at)}" cy="${y(canary)}" r="2.4"
    ><title>${wave}: canary ${short(canary)}${beside}, limit ${short(limit)}</title></circle
  >`
}

const short = (value: number): string => Number(value.toPrecision(3)).toLocaleString('en')

/** A line through the looks of each wave; between two waves nothing was asked. */
function pathOf(
  points: readonly MetricPoint[],
  timeline: Timeline,
  height: (point: MetricPoint) => number | null,
): string {
  let wave: string | undefined
  return points
    .flatMap((point) => {
      const y = height(point)
      if (y === null) return []
      const begin = point.wave === wave ? 'L' : 'M'
      wave = point.wave
      return [`${begin}${round(timeline.x(point.at))} ${round(y)}`]
    })
    .join('')
}
