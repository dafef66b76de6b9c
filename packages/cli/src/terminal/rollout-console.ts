import { LiveView, type RolloutProgress, viewLine } from '@bulkhead/rollout'
import type { Host } from '../host.ts'

/** Where a running rollout is shown. */
export interface RolloutConsole {
  readonly show: (progress: RolloutProgress) => void
  readonly close: () => void
}

const UP_AND_CLEAR = (lines: number) => `\u001b[${lines}A\u001b[J`
const NARROW = 80

/**
 * On a terminal the fleet is drawn in place, below the decisions; piped, each decision and each step
 * of the engine is one line.
 * Everything goes to stderr, also with `--json`: stdout is the command's answer.
 */
export function rolloutConsole(host: Host): RolloutConsole {
  const options = () => ({
    width: process.stderr.columns ?? NARROW,
    colour: host.interactive && host.console.colour.err,
  })
  const live = new LiveView()
  let drawn = 0
  const erase = () => {
    if (drawn > 0) process.stderr.write(UP_AND_CLEAR(drawn))
    drawn = 0
  }
  const draw = () => {
    if (!host.interactive) return
    erase()
    const lines = live.lines(options()).slice(0, roomFor(process.stderr.rows))
    if (lines.length > 0) process.stderr.write(`${lines.join('\n')}\n`)
    drawn = lines.length
  }
  return {
    show(progress) {
      const isNews = live.hear(progress)
      if (progress.kind === 'decision' || (progress.kind === 'step' && !host.interactive)) {
        erase()
        host.console.err(viewLine(progress))
        // What was drawn stays in sight below the decision.
        draw()
      } else if (isNews) draw()
    },
    close: erase,
  }
}

/** What is higher than the terminal cannot be erased again. */
const roomFor = (rows: number | undefined): number => Math.max(1, (rows ?? USUAL_ROWS) - 2)
const USUAL_ROWS = 24
