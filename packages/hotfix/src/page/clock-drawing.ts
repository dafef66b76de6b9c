import { type Markup, html } from '@bulkhead/rollout'
import type { HotfixClock } from '../clock.ts'
import { spanText } from '../post-mortem.ts'

const WIDTH = 1_060
const LEFT = 130
const RIGHT = 150
const ROW = 34
const TRACK = WIDTH - LEFT - RIGHT

/** The steps of a hotfix on one scale: how long each took, and the mark that it had to be done by. */
export function drawClock({ steps, elapsed }: HotfixClock): Markup {
  const most = Math.max(elapsed, ...steps.map(({ budget }) => budget), 1)
  const x = (ms: number) => LEFT + (ms / most) * TRACK
  const rows = steps.map(({ step, after, budget, late }, at) => {
    const y = at * ROW
    const reached = after ?? elapsed
    const look = late ? 'late' : after === undefined ? 'open' : 'done'
    const took = after === undefined ? `open, ${spanText(elapsed)}` : spanText(after)
    return html`<g>
      <text class="label" x="0" y="${y + 21}">${step}</text>
      <rect class="lane" x="${LEFT}" y="${y + 8}" width="${TRACK}" height="18" rx="4" />
      <rect
        class="bar ${look}"
        x="${LEFT}"
        y="${y + 8}"
        width="${Math.max(3, x(reached) - LEFT)}"
        height="18"
        rx="4"
      />
      <line class="budget" x1="${x(budget)}" x2="${x(budget)}" y1="${y + 3}" y2="${y + 31}" />
      <text class="tick" x="${WIDTH - RIGHT + 12}" y="${y + 21}">${took}</text>
    </g>`
  })
  return html`<svg
    class="timeline"
    viewBox="0 0 ${WIDTH} ${steps.length * ROW}"
    role="img"
    aria-label="the clock of the hotfix"
  >
    ${rows}
  </svg>`
}
