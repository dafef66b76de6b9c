import type { HotfixPolicy } from '@bulkhead/policy'
import type { Milliseconds } from '@bulkhead/vocabulary'

const MINUTE = 60_000
const DAY = 86_400_000
const ms = (value: number) => value as Milliseconds

export const policyOfTests: HotfixPolicy = {
  approvals: 2,
  approvalExpires: ms(30 * MINUTE),
  slo: {
    acknowledged: ms(5 * MINUTE),
    approved: ms(10 * MINUTE),
    gated: ms(12 * MINUTE),
    everywhere: ms(15 * MINUTE),
  },
  quota: 2,
  mostDiff: 10,
  paths: ['src/**'],
  grace: ms(3 * DAY),
  reviewGrace: ms(DAY),
  yieldWithin: 60_000 as Milliseconds,
  proof: undefined,
}
