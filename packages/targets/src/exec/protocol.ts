import * as v from 'valibot'
import {
  batch,
  count,
  name,
  placedCount,
  shiftOrder,
  shippedRelease,
  stage,
  stageOutcome,
  surgeOrder,
  tokenNumber,
  unitIdText,
  unitObservation,
  zonePlace,
} from '../control/schemas.ts'

/** The version of everything below; a driver refuses one that it does not know. */
export const PROTOCOL = 1

/** More units, or a longer answer, is an error. */
const MOST_UNITS = 100_000
export const MOST_ANSWER_BYTES = 64 * 1024 * 1024
const MOST_NOTE = 1_000

const protocol = v.literal(PROTOCOL)

const release = v.strictObject({
  ...shippedRelease.entries,
  /** Absolute path of the artifact on the controlling machine; its bytes were just proven. */
  path: v.string(),
})

/** What a driver is asked, as one JSON object on its stdin. */
export const driverRequest = v.variant('command', [
  v.strictObject({ protocol, command: v.literal('topology') }),
  v.strictObject({
    protocol,
    command: v.literal('observe'),
    scope: v.strictObject({ region: v.exactOptional(name), zone: v.exactOptional(name) }),
  }),
  v.strictObject({
    protocol,
    command: v.literal('apply'),
    stage,
    release,
    token: tokenNumber,
  }),
  v.strictObject({ protocol, command: v.literal('drain'), batch, token: tokenNumber }),
  v.strictObject({ protocol, command: v.literal('restore'), batch, token: tokenNumber }),
  /** Only a driver whose topology says that it can is asked the two below. */
  v.strictObject({
    protocol,
    command: v.literal('surge'),
    order: surgeOrder,
    release,
    token: tokenNumber,
  }),
  v.strictObject({
    protocol,
    command: v.literal('shift'),
    order: shiftOrder,
    token: tokenNumber,
  }),
])
export type DriverRequest = v.InferOutput<typeof driverRequest>

/** A line of a driver's stdout before the last, while it works. */
export const driverProgress = v.strictObject({
  progress: v.strictObject({
    unit: v.nullable(unitIdText),
    note: v.pipe(v.string(), v.maxLength(MOST_NOTE)),
  }),
})

const topology = v.strictObject({
  units: v.pipe(
    v.array(v.strictObject({ id: unitIdText, region: name, zone: name })),
    v.maxLength(MOST_UNITS),
  ),
  selects: v.picklist(['units', 'number', 'zone']),
  /** Most units that every zone can have beyond its own; without it none. */
  surge: v.exactOptional(count),
  /** Whether a zone's traffic can be shifted away; without it not. */
  shifts: v.exactOptional(v.boolean()),
})

const observation = v.strictObject({
  units: v.pipe(v.array(unitObservation), v.maxLength(MOST_UNITS)),
  /** Zones whose traffic is shifted away, by whomever. */
  shifted: v.exactOptional(v.pipe(v.array(zonePlace), v.maxLength(MOST_UNITS))),
  /** Requests and errors by version and zone since `countedSince`; empty where nobody counts. */
  traffic: v.pipe(v.array(placedCount), v.maxLength(MOST_UNITS)),
  /** Any text that differs once the counters have begun anew. */
  countedSince: v.pipe(v.string(), v.maxLength(200)),
})

const outcome = v.strictObject({ outcome: stageOutcome })

/** The last line of a driver's stdout, by what it was asked. */
export const driverAnswers = {
  topology: v.strictObject({ topology }),
  observe: v.strictObject({ observation }),
  apply: outcome,
  drain: outcome,
  restore: outcome,
  surge: outcome,
  shift: outcome,
} as const
