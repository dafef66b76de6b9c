import { HEIGHT, drawAxis, round } from './axis.ts'
import { type Markup, html, nothing } from './markup.ts'
import { type RateCurve, ratesOf } from './rates.ts'
import { FRAME, type Run, type Timeline, runsOf } from './timeline.ts'
import type { Panel } from './unit-lanes.ts'

/** A line that keeps its value until it changes; a gap in the record lifts the pen. */
function stepPath(
  runs: readonly Run<number>[],
  timeline: Timeline,
  y: (value: number) => number,
): string {
  let pen = Number.NEGATIVE_INFINITY
  return runs
    .map(({ from, to, value }) => {
      const begin =
        from <= pen
          ? `L${round(timeline.x(from))} ${round(y(value))}`
          : `M${round(timeline.x(from))} ${round(y(value))}`
      pen = to
      return `${begin}L${round(timeline.x(to))} ${round(y(value))}`
    })
    .join('')
}

/** Healthy units, and what of them would be left with the fullest zone gone, against what is required. */
export function drawCapacity(timeline: Timeline): Panel {
  const left = runsOf(timeline, (sample) => sample.afterWorstLoss)
  const healthy = runsOf(timeline, (sample) => sample.healthy)
  const required = runsOf(timeline, (sample) => sample.required)
  const short = runsOf(timeline, (sample) => sample.afterWorstLoss < sample.required).filter(
    (run) => run.value,
  )
  const most = Math.max(
    1,
    ...timeline.samples.map((sample) => Math.max(sample.healthy, sample.required)),
  )
  const { y, grid } = drawAxis(most, 'Healthy units')
  const breaches = short.map(
    (run) =>
      html`<rect
        class="breach"
        x="${timeline.x(run.from)}"
        y="${y(most)}"
        width="${Math.max(1, timeline.x(run.to) - timeline.x(run.from))}"
        height="${y(0) - y(most)}"
      />`,
  )
  const body = html`${grid}${breaches}<path
      class="line healthy"
      d="${stepPath(healthy, timeline, y)}"
    /><path class="line required" d="${stepPath(required, timeline, y)}" /><path
      class="line left"
      d="${stepPath(left, timeline, y)}"
    />`
  return { height: HEIGHT, body }
}

/** Requests or errors per second, one line a build. */
export function drawRates(
  timeline: Timeline,
  counter: 'requests' | 'errors',
  quiet: string,
): Panel {
  const curves = ratesOf(timeline, counter)
  const most = Math.max(0, ...curves.flatMap((curve) => curve.rates.map((rate) => rate.value)))
  const { y, grid } = drawAxis(
    most || 1,
    counter === 'requests' ? 'Requests per second' : 'Failed requests per second',
  )
  const lines = curves.map((curve) => drawCurve(curve, timeline, y, counter))
  const middle = (FRAME.left + FRAME.width - FRAME.right) / 2
  const note =
    most > 0
      ? nothing
      : html`<text class="quiet" x="${middle}" y="${HEIGHT / 2 + 10}" text-anchor="middle"
          >${quiet}</text
        >`
  return { height: HEIGHT, body: html`${grid}${lines}${note}` }
}

function drawCurve(
  { version, rates }: RateCurve,
  timeline: Timeline,
  y: (value: number) => number,
  counter: string,
): Markup {
  const colour = timeline.colour(version)
  if (counter === 'errors') {
    const bars = rates
      .filter((rate) => rate.value > 0)
      .map(
        (rate) =>
          html`<rect
            class="unit ${colour}"
            x="${timeline.x(rate.from)}"
            y="${y(rate.value)}"
            width="${Math.max(1.5, timeline.x(rate.to) - timeline.x(rate.from) - 0.6)}"
            height="${y(0) - y(rate.value)}"
          />`,
      )
    return html`${bars}`
  }
  return html`<path class="line ${colour}" d="${stepPath(rates, timeline, y)}" />`
}
