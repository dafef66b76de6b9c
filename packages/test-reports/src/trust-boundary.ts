import type { RunRecord } from './run-record.ts'

/** The only cast of this package: every member was checked by `parseRunRecord` just before. */
export const toRunRecord = (checked: Record<keyof RunRecord, unknown>): RunRecord =>
  checked as unknown as RunRecord
