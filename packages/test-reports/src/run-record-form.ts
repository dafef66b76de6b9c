import { isDigest, isObjectId } from '@bulkhead/vocabulary'
import { hasExactly } from './exact-object.ts'
import { type RunPart, isLeg, isShard } from './run-part.ts'
import type { RunEnd, RunIdentity, RunRecord } from './run-record.ts'
import { toRunRecord } from './trust-boundary.ts'

type Check = (value: unknown) => boolean

const isText: Check = (value) => typeof value === 'string' && value.length <= 4096
const isName: Check = (value) => isText(value) && value !== ''
const isCount = (value: unknown, least: number): boolean =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= least
const isTime: Check = (value) =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value)

const END_CHECKS: Readonly<Record<RunEnd['kind'], Check>> = {
  exited: (end) => hasExactly(end, ['kind', 'code']) && isCount(end.code, 0),
  signalled: (end) => hasExactly(end, ['kind', 'signal']) && isName(end.signal),
  'timed-out': (end) => hasExactly(end, ['kind']),
  cancelled: (end) => hasExactly(end, ['kind']),
  'output-limit': (end) => hasExactly(end, ['kind']),
  'not-started': (end) => hasExactly(end, ['kind', 'reason']) && isText(end.reason),
}

function isEnd(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false
  return Object.entries(END_CHECKS).some(([kind, check]) => value.kind === kind && check(value))
}

const isReport: Check = (value) =>
  hasExactly(value, ['path', 'digest']) &&
  isName(value.path) &&
  typeof value.digest === 'string' &&
  isDigest(value.digest)

const CHECKS: Readonly<Record<keyof RunRecord, Check>> = {
  suite: isName,
  commit: (value) => typeof value === 'string' && isObjectId(value),
  root: isName,
  command: (value) => Array.isArray(value) && value.length > 0 && value.every(isText),
  end: isEnd,
  startedAt: isTime,
  endedAt: isTime,
  nonce: isName,
  run: isRunIdentity,
  leg: (value) => typeof value === 'string' && isLeg(value),
  shard: (value) => toRunPart('', value) !== undefined,
  timeout: (value) => isCount(value, 1),
  tools: isTools,
  reports: (value) => Array.isArray(value) && value.every(isReport),
}

/** Whether this names a run: text that can be shown, and a count from 1. */
export function isRunIdentity(value: unknown): value is RunIdentity {
  return (
    hasExactly(value, ['id', 'attempt']) &&
    typeof value.id === 'string' &&
    /^[!-~]{1,200}$/.test(value.id) &&
    isCount(value.attempt, 1)
  )
}

/** A part out of JSON from outside; undefined for anything that is not exactly one. */
export function toRunPart(leg: unknown, shard: unknown): RunPart | undefined {
  if (typeof leg !== 'string' || !isLeg(leg) || !hasExactly(shard, ['index', 'of']))
    return undefined
  const { index, of } = shard
  if (typeof index !== 'number' || typeof of !== 'number' || !isShard(index, of)) return undefined
  return { leg, shard: { index, of } }
}

const MOST_TOOLS = 32

function isTools(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const entries = Object.entries(value)
  return (
    entries.length <= MOST_TOOLS &&
    entries.every(([name, version]) => isName(name) && isText(version))
  )
}

const KEYS = Object.keys(CHECKS) as (keyof RunRecord)[]

/** A run record out of JSON from outside; undefined for anything that is not exactly one. */
export function parseRunRecord(value: unknown): RunRecord | undefined {
  if (!hasExactly(value, KEYS) || !KEYS.every((key) => CHECKS[key](value[key]))) return undefined
  const record = toRunRecord(value)
  // Both are of one form, so text compares as time does.
  return record.startedAt <= record.endedAt ? record : undefined
}
