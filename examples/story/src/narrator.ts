import { stripVTControlCharacters, styleText } from 'node:util'
import type { Answer } from './bulkhead.ts'

/** One thing that must have happened in a scene, and whether it did. */
export interface Check {
  readonly label: string
  readonly holds: boolean
}

export interface SceneReport {
  readonly number: number
  readonly title: string
  readonly checks: readonly Check[]
  /** Wall time, milliseconds since the epoch. */
  readonly from: number
  readonly to: number
}

/** Tells the story on stdout: what was typed, what was answered, what follows from it. */
export interface Narrator {
  say(line: string): void
  command(typed: string): void
  output(text: string): void
  answered(answer: Answer): void
  checked(check: Check): void
  heading(text: string): void
}

/** Of a long answer the beginning and the end: the end says what came of it. */
const SHOWN_LINES = { first: 20, last: 10 }
const WIDTH = 200

export function narrator(write: (text: string) => void, colour: boolean): Narrator {
  const paint = (format: Parameters<typeof styleText>[0], text: string) =>
    colour ? styleText(format, text, { validateStream: false }) : text
  const line = (text: string) => write(`${text}\n`)
  const output = (text: string) => {
    const lines = stripVTControlCharacters(text)
      .split('\n')
      .filter((each) => each.trim() !== '')
    const { first, last } = SHOWN_LINES
    const hidden = Math.max(0, lines.length - first - last)
    const show = (each: string) =>
      line(paint('dim', `    ${each.length > WIDTH ? `${each.slice(0, WIDTH)}…` : each}`))
    lines.slice(0, first).forEach(show)
    if (hidden > 0) line(paint('dim', `    … ${hidden} more lines …`))
    lines.slice(first + hidden).forEach(show)
  }
  return {
    say: (text) => line(`  ${text}`),
    command: (typed) => line(`  ${paint('cyan', '$')} ${paint('bold', typed)}`),
    output,
    answered: (answer) => {
      output(answer.output)
      line(paint('dim', `    (exit code ${answer.exitCode ?? 'none'})`))
    },
    checked: ({ label, holds }) =>
      line(`  ${holds ? paint('green', '✓') : paint('red', '✗')} ${label}`),
    heading: (text) => line(`\n${paint('bold', text)}`),
  }
}
