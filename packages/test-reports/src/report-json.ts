import { JsonRefusal, parseStrictJson } from '@bulkhead/envelope'
import type { Remarks } from './remarks.ts'

/**
 * One JSON value of a report, read so that no key can hide another (see `parseStrictJson`).
 *
 * @param where the place that a finding names
 * @throws Refusal
 */
export function readReportJson(
  bytes: Buffer,
  maxDepth: number,
  remarks: Remarks,
  where: string,
): unknown {
  try {
    return parseStrictJson(bytes, { maxBytes: bytes.length, maxDepth })
  } catch (error) {
    if (!(error instanceof JsonRefusal)) throw error
    const code = error.message === 'not UTF-8' ? 'test/bad-encoding' : 'test/unparseable'
    throw remarks.refusal(code, where, error.message)
  }
}

/** The members of a JSON object; undefined for any other value. */
export function membersOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return new Map(Object.entries(value))
}
