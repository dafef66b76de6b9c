import { styleText } from 'node:util'
import { type RolloutProgress, terminalView } from '@bulkhead/rollout'
import { printable } from '@bulkhead/vocabulary'
import type { Host } from '../host.ts'

/** Where a running rollout is shown. */
export interface RolloutConsole {
  show(progress: RolloutProgress): void
  close(): void
}

const UP_AND_CLEAR = (lines: number) => `\u001b[${lines}A\u001b[J`

/**
 * On a terminal the fleet is drawn in place, below the decisions; piped, each decision is one line.
 * Everything goes to stderr: stdout is the command's answer.
 */
export function rolloutConsole(host: Host, quiet: boolean): RolloutConsole {
  let drawn = 0
  const erase = () => {
    if (drawn > 0) process.stderr.write(UP_AND_CLEAR(drawn))
    drawn = 0
  }
  return {
    show(progress) {
      if (quiet) return
      if (progress.kind === 'decision') {
        erase()
        host.console.err(decisionLine(progress.decision, host.interactive))
      } else if (host.interactive) {
        erase()
        const lines = terminalView(progress.sample, { width: process.stderr.columns, colour: host.console.colour })
        process.stderr.write(`${lines.join('\n')}\n`)
        drawn = lines.length
      }
    },
    close: erase,
  }
}

type Decision = Extract<RolloutProgress, { kind: 'decision' }>['decision']

function decisionLine({ at, kind, tone, text }: Decision, colour: boolean): string {
  const time = new Date(at).toISOString().slice(11, 19)
  const line = `${time}  ${kind.padEnd(8)}  ${printable(text, 300)}`
  if (!colour || tone === 'plain') return line
  return styleText(tone === 'good' ? 'green' : 'red', line, { validateStream: false })
}
