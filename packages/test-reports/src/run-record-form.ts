import { isDigest, isObjectId } from '@bulkhead/vocabulary'
import { hasExactly } from './exact-object.ts'
import type { RunEnd, RunRecord } from './run-record.ts'
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
  command: (value) => Array.isArray(value) && value.length > 0 && value.every(isText),
  end: isEnd,
  startedAt: isTime,
  endedAt: isTime,
  nonce: isName,
  run: (value) =>
    hasExactly(value, ['id', 'attempt']) && isName(value.id) && isCount(value.attempt, 1),
  shard: (value) =>
    hasExactly(value, ['index', 'total']) &&
    isCount(value.index, 1) &&
    isCount(value.total, 1) &&
    Number(value.index) <= Number(value.total),
  reports: (value) => Array.isArray(value) && value.every(isReport),
}

const KEYS = Object.keys(CHECKS) as (keyof RunRecord)[]

/** A run record out of JSON from outside; undefined for anything that is not exactly one. */
export function parseRunRecord(value: unknown): RunRecord | undefined {
  if (!hasExactly(value, KEYS) || !KEYS.every((key) => CHECKS[key](value[key]))) return undefined
  return toRunRecord(value)
}
