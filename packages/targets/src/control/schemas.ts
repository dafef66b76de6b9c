import {
  type ReasonCode,
  commitId,
  digest,
  fencingToken,
  isDigest,
  isObjectId,
} from '@bulkhead/vocabulary'
import * as v from 'valibot'
import { isReasonCode, unitId } from '../trust-boundary.ts'

export const name = v.pipe(v.string(), v.minLength(1), v.maxLength(200))
export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

export const unitIdText = v.pipe(name, v.transform(unitId))
const commitText = v.pipe(
  v.string(),
  v.check((text) => isObjectId(text), 'a full commit id'),
  v.transform(commitId),
)
export const digestText = v.pipe(
  v.string(),
  v.check((text) => isDigest(text), 'a sha256 digest'),
  v.transform(digest),
)
export const tokenNumber = v.pipe(count, v.transform(fencingToken))

export const zonePlace = v.strictObject({ region: name, zone: name })
export const surgeOrder = v.strictObject({ ...zonePlace.entries, extra: count })
export const shiftOrder = v.strictObject({ ...zonePlace.entries, away: v.boolean() })

export const leaseHolder = v.strictObject({ region: name, token: tokenNumber })

export const shippedRelease = v.strictObject({ commit: commitText, artifact: digestText })

export const batch = v.strictObject({
  region: name,
  zone: name,
  units: v.pipe(v.array(unitIdText), v.maxLength(10_000)),
})
export const stage = v.strictObject({ ...batch.entries, maxOut: count })

const health = v.picklist(['healthy', 'unhealthy', 'starting', 'draining', 'stopped'])
export const unitObservation = v.strictObject({
  id: unitIdText,
  region: name,
  zone: name,
  version: v.nullable(commitText),
  health,
  surplus: v.exactOptional(v.literal(true)),
})
const trafficCount = v.strictObject({ version: commitText, requests: count, errors: count })

export const placedCount = v.strictObject({ ...trafficCount.entries, region: name, zone: name })

export const placedObservation = v.strictObject({
  units: v.array(unitObservation),
  traffic: v.array(placedCount),
  shifted: v.array(zonePlace),
})

export const stageOutcome = v.variant('kind', [
  v.strictObject({ kind: v.literal('applied'), victims: v.exactOptional(count) }),
  v.strictObject({ kind: v.literal('refused'), reason: v.string() }),
  v.strictObject({ kind: v.literal('stale-token'), newest: tokenNumber }),
  v.strictObject({
    kind: v.literal('failed'),
    unit: v.nullable(unitIdText),
    reason: v.string(),
    victims: v.exactOptional(count),
  }),
])

/** One look at the fleet in its time series. */
export const sample = v.strictObject({
  /** Wall time, milliseconds since the epoch, of the supervisor's clock. */
  at: v.number(),
  units: v.array(unitObservation),
  /** Cumulative since the fleet started. */
  traffic: v.array(trafficCount),
  /** Zones whose traffic is shifted away. */
  shifted: v.array(zonePlace),
  /** Requests in flight in the whole fleet. */
  inFlight: count,
  /** Requests that found no unit in rotation, cumulative. */
  unserved: count,
})

const unitDetail = v.strictObject({
  ...unitObservation.entries,
  pid: v.nullable(count),
  inFlight: count,
  restarts: count,
  /** Why it is not healthy, null when it is. */
  reason: v.nullable(v.string()),
})

export const supervisorState = v.strictObject({
  pid: count,
  /** Differs from one start of the supervisor to the next. */
  start: v.string(),
  /** Where users reach the fleet. */
  address: v.strictObject({ host: v.string(), port: count }),
  /** By region. */
  newestTokens: v.record(name, tokenNumber),
  units: v.array(unitDetail),
  traffic: v.array(trafficCount),
  shifted: v.array(zonePlace),
  /** Most units that a zone may have beyond its own. */
  surge: count,
  unserved: count,
  /** Requests that were cut because they outlived the drain, cumulative. */
  drainVictims: count,
})

export const finding = v.strictObject({
  code: v.custom<ReasonCode>(isReasonCode),
  subject: v.string(),
  message: v.string(),
  remedy: v.string(),
})
