import * as v from 'valibot'
import {
  batch,
  digestText,
  finding,
  leaseHolder,
  placedObservation,
  sample,
  shiftOrder,
  shippedRelease,
  stage,
  stageOutcome,
  supervisorState,
  surgeOrder,
  tokenNumber,
  unitIdText,
} from './schemas.ts'

// One request per connection, one JSON object per line in both directions. While a request is being
// worked on, the supervisor says so every second; so a client need not know how long it may take.

/** A longer line ends the connection. */
export const MOST_LINE_BYTES = 8 * 1024 * 1024
export const HEARTBEAT_MS = 1_000
/** Unit observations in one answer of samples, about 3 MB; a client asks again from the last one. */
export const MOST_SAMPLED_UNITS = 20_000

export const request = v.variant('op', [
  v.strictObject({ op: v.literal('state') }),
  v.strictObject({ op: v.literal('observe') }),
  v.strictObject({
    op: v.literal('stage'),
    path: v.pipe(v.string(), v.minLength(1), v.maxLength(4_096)),
    digest: digestText,
    holder: leaseHolder,
  }),
  v.strictObject({ op: v.literal('holds'), digest: digestText }),
  v.strictObject({ op: v.literal('apply'), stage, release: shippedRelease, token: tokenNumber }),
  v.strictObject({ op: v.literal('drain'), batch, token: tokenNumber }),
  v.strictObject({ op: v.literal('restore'), batch, token: tokenNumber }),
  v.strictObject({
    op: v.literal('surge'),
    order: surgeOrder,
    release: shippedRelease,
    token: tokenNumber,
  }),
  v.strictObject({ op: v.literal('shift'), order: shiftOrder, token: tokenNumber }),
  v.strictObject({ op: v.literal('samples'), since: v.number() }),
  v.strictObject({ op: v.literal('stop') }),
])
export type Request = v.InferOutput<typeof request>

/** The second line that a client may send: leave what is not begun. */
export const cancel = v.strictObject({ op: v.literal('cancel') })

export const reply = v.variant('kind', [
  v.strictObject({ kind: v.literal('working') }),
  v.strictObject({ kind: v.literal('progress'), unit: unitIdText, note: v.string() }),
  v.strictObject({ kind: v.literal('done'), result: v.unknown() }),
  v.strictObject({ kind: v.literal('refused'), finding }),
])

/** What each operation answers. */
export const results = {
  state: supervisorState,
  observe: v.strictObject({ start: v.string(), observation: placedObservation }),
  stage: v.null(),
  holds: v.boolean(),
  apply: stageOutcome,
  drain: stageOutcome,
  restore: stageOutcome,
  surge: stageOutcome,
  shift: stageOutcome,
  samples: v.strictObject({ samples: v.array(sample), more: v.boolean() }),
  stop: v.null(),
} as const
