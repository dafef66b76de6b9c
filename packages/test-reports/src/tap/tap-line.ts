import type { TestStatus } from '../test-run.ts'

/** One result, as its line states it. */
export interface TapPoint {
  readonly kind: 'point'
  readonly status: TestStatus
  readonly number: number | undefined
  readonly name: string
  /** A second directive, which some readers see and others do not. */
  readonly ambiguous: boolean
  /** A block of subtests follows, in braces. */
  readonly opens: boolean
}

export type TapLine =
  | TapPoint
  | { readonly kind: 'plan'; readonly count: number; readonly skips: boolean }
  | { readonly kind: 'version'; readonly version: number }
  | { readonly kind: 'pragma'; readonly keys: readonly string[] }
  | { readonly kind: 'bad-plan' | 'comment' | 'blank' | 'brace' | 'end-brace' | 'unknown' }
  | { readonly kind: 'bail-out'; readonly reason: string }

const POINT = /^(not )?ok(?![^\s])(?:[ \t]+(\d{1,9})(?![^\s]))?(?:[ \t]+-(?![^\s]))?[ \t]*(.*)$/
const PLAN = /^1\.\.(\d{1,9})(?:[ \t]+#[ \t]*(.*))?$/
const DIRECTIVE = /^[ \t]*(?:skip|todo)/i
const BRACE = /(?:^|[ \t])\{[ \t]*$/
// oxlint-disable-next-line no-control-regex -- a terminal obeys them, so that a line looks like another
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/

/**
 * What one line of TAP says, its indentation cut off (Test Anything Protocol, versions 12 to 14, and
 * the subtests in braces of node-tap).
 */
export function readTapLine(text: string): TapLine {
  if (text.trim() === '') return { kind: 'blank' }
  if (text.startsWith('#')) return { kind: 'comment' }
  if (/^bail out!/i.test(text)) return { kind: 'bail-out', reason: text.slice(9).trim() }
  if (CONTROL.test(text)) return { kind: 'unknown' }
  if (/^\d+\.\.\d+/.test(text)) return readPlan(text)
  const point = POINT.exec(text)
  if (point) return readPoint(point[1] !== undefined, point[2], point[3] ?? '')
  return readHeading(text)
}

function readHeading(text: string): TapLine {
  const version = /^TAP version (\d{1,9})$/i.exec(text)
  if (version) return { kind: 'version', version: Number(version[1]) }
  const pragma = /^pragma ((?:[+-][\w-]+)(?:,? ?[+-][\w-]+)*)$/.exec(text)
  if (pragma) return { kind: 'pragma', keys: (pragma[1] ?? '').split(/[, ]+/) }
  if (text === '{') return { kind: 'brace' }
  return { kind: text === '}' ? 'end-brace' : 'unknown' }
}

function readPlan(text: string): TapLine {
  const plan = PLAN.exec(text)
  if (plan === null) return { kind: 'bad-plan' }
  return { kind: 'plan', count: Number(plan[1]), skips: DIRECTIVE.test(plan[2] ?? '') }
}

function readPoint(not: boolean, number: string | undefined, rest: string): TapPoint {
  const [description = '', ...remarks] = splitAtHashes(rest)
  const [first = '', ...others] = remarks
  const directive = DIRECTIVE.test(first)
  // A time changes with every run, and is no part of the name.
  const timed = /^[ \t]*time=/.test(first)
  const named = directive || timed ? [description] : [description, ...remarks]
  const opens = [description, remarks.at(-1) ?? ''].some((part) => BRACE.test(part))
  const name = named.map((part) => unescape(part)).join('#')
  return {
    kind: 'point',
    status: not ? 'failed' : directive ? 'skipped' : 'passed',
    number: number === undefined ? undefined : Number(number),
    name: (opens ? name.replace(BRACE, '') : name).trim(),
    ambiguous: others.some((part) => DIRECTIVE.test(part)) && !directive,
    opens,
  }
}

/** Cuts at every `#` that no backslash escapes. */
const splitAtHashes = (text: string): string[] => {
  const parts = ['']
  for (const [piece] of text.matchAll(/\\.|[^\\#]+|[\\#]/g))
    if (piece === '#') parts.push('')
    else parts.push((parts.pop() ?? '') + piece)
  return parts
}

const unescape = (text: string): string => text.replace(/\\([\\#])/g, '$1')
