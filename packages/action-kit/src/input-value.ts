import { resolve } from 'node:path'
import { parseDuration } from '@bulkhead/vocabulary'
import type { InputSpec } from './input-specs.ts'

/** What one text means as the value of an input, or in words what is wrong with it. */
export type ParsedInput =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'defect'; readonly message: string; readonly remedy: string }

const MAX_TEXT = 4_096
const MAX_LINES = 1_000
const CONTROL = /\p{Cc}/u
const INTEGER = /^(?:0|-?[1-9][0-9]{0,15})$/

const value = (parsed: unknown): ParsedInput => ({ kind: 'value', value: parsed })
const defect = (message: string, remedy: string): ParsedInput => ({
  kind: 'defect',
  message,
  remedy,
})
const shown = (text: string) => JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text)

/**
 * Reads one input that was given. Nothing is trimmed or coerced: YAML turns `yes`, `0x10` and
 * templates into other texts than one sees, and a gate that guesses can be talked into a guess.
 */
export function parseInput(spec: InputSpec, text: string, workspace: string): ParsedInput {
  if (spec.kind === 'lines') return parseLines(text)
  const bad = lineDefect(text)
  if (bad !== undefined) return bad
  switch (spec.kind) {
    case 'text':
    case 'secret':
      return parseText(text)
    case 'path': {
      const path = parseText(text)
      return path.kind === 'value' ? value(resolve(workspace, text)) : path
    }
    case 'boolean':
      return text === 'true' || text === 'false'
        ? value(text === 'true')
        : defect(`${shown(text)} is not a boolean`, 'write exactly `true` or `false`')
    case 'choice':
      return spec.options.includes(text)
        ? value(text)
        : defect(`${shown(text)} is not a choice here`, `write one of: ${spec.options.join(', ')}`)
    case 'duration':
      return parseSpan(text)
    case 'integer':
      break
  }
  return parseInteger(text, spec)
}

function parseSpan(text: string): ParsedInput {
  const span = parseDuration(text)
  return span === undefined
    ? defect(
        `${shown(text)} is not a duration`,
        'write a number and a unit: `500ms`, `90s`, `5m`, `2h`, `1d`',
      )
    : value(span)
}

function lineDefect(text: string): ParsedInput | undefined {
  if (text.length > MAX_TEXT) return defect(`longer than ${MAX_TEXT} characters`, 'shorten it')
  if (CONTROL.test(text))
    return defect(
      `${shown(text)} has a line break or another control character`,
      'write it on one line; with a YAML block use `>-` or quotes',
    )
  if (text !== text.trim()) return defect(`${shown(text)} has space around it`, 'remove the space')
  return undefined
}

/** A leading hyphen is refused: such a value could be read as an option by a command below. */
function parseText(text: string): ParsedInput {
  return text.startsWith('-')
    ? defect(
        `${shown(text)} begins with a hyphen`,
        'write a value that does not look like an option',
      )
    : value(text)
}

function parseInteger(
  text: string,
  { minimum, maximum }: { readonly minimum: number; readonly maximum: number },
): ParsedInput {
  const number = Number(text)
  if (INTEGER.test(text) && number >= minimum && number <= maximum) return value(number)
  return defect(
    `${shown(text)} is not a whole number from ${minimum} to ${maximum}`,
    `write digits only, from ${minimum} to ${maximum}`,
  )
}

function parseLines(text: string): ParsedInput {
  const lines = text.split(/\r?\n/).filter((line) => line !== '')
  if (lines.length > MAX_LINES) return defect(`more than ${MAX_LINES} lines`, 'shorten the list')
  for (const line of lines) {
    const parsed = lineDefect(line) ?? parseText(line)
    if (parsed.kind === 'defect') return parsed
  }
  return value(lines)
}
