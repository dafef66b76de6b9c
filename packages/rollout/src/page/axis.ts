import { type Markup, html } from './markup.ts'
import { FRAME } from './timeline.ts'

/** Of a panel with curves. */
export const HEIGHT = 92

/** A round number at or above `value`, for the top of an axis. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1e-9)))
  return ([1, 2, 2.5, 4, 5, 8, 10].find((step) => step * power >= value - 1e-9) ?? 10) * power
}

export interface Axis {
  readonly y: (value: number) => number
  readonly grid: Markup
}

/** An axis from zero to a round number at or above `most`. */
export function drawAxis(most: number, title: string): Axis {
  const top = roundUp(most)
  const y = (value: number) => HEIGHT - 4 - (value / top) * (HEIGHT - 26)
  const lines = [0, top / 2, top].map(
    (value) =>
      html`<line
          class="grid"
          x1="${FRAME.left}"
          x2="${FRAME.width - FRAME.right}"
          y1="${y(value)}"
          y2="${y(value)}"
        /><text class="tick" x="${FRAME.left - 12}" y="${y(value) + 3.5}" text-anchor="end"
          >${Number(value.toPrecision(3)).toLocaleString('en')}</text
        >`,
  )
  return {
    y,
    grid: html`<text class="panel-title" x="${FRAME.left}" y="12">${title}</text>${lines}`,
  }
}

/** Tenths are finer than a screen shows. */
export const round = (value: number): number => Math.round(value * 10) / 10
