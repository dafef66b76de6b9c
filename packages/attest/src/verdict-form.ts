import type { Verdict } from '@bulkhead/gate'
import { type ReasonCode, reasons } from '@bulkhead/vocabulary'
import * as v from 'valibot'
import { commitText, digestText, timeText, treeText } from './forms.ts'

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const code = v.custom<ReasonCode>((value) => typeof value === 'string' && Object.hasOwn(reasons, value))
const separation = v.picklist(['process', 'local'])

/** The verdict as it stands in the predicate; every key is known and needed. */
export const verdictForm: v.GenericSchema<unknown, Verdict> = v.strictObject({
  outcome: v.picklist(['PASS', 'BLOCK']),
  mode: v.picklist(['enforce', 'observe']),
  bindings: v.strictObject({
    commit: commitText,
    tree: treeText,
    base: commitText,
    artifacts: v.array(v.strictObject({ name: v.string(), digest: digestText })),
    policyDigest: digestText,
    environment: v.string(),
    issuedAt: timeText,
    expiresAt: timeText,
  }),
  counts: v.strictObject({ commits: count, tests: count, passed: count }),
  inventories: v.record(v.string(), digestText),
  runs: v.array(v.strictObject({ suite: v.string(), record: digestText, voucher: v.string(), separation })),
  findings: v.array(v.strictObject({ code, subject: v.string(), message: v.string(), remedy: v.string() })),
})
