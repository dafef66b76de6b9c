import { objectOf, oneOf, readShape, text } from '@bulkhead/envelope'
import { liveLease, withoutLease } from '../rules/lease-rules.ts'
import type { OnRecord, Rule, Step } from '../rules/rule.ts'

/** `intended` stands on record before the target is told, `done` once it has answered. */
const zoneShape = objectOf({
  region: text,
  zone: text,
  reason: text,
  step: oneOf('intended', 'done'),
})

/** What an entry about a zone says. @throws TypeError when not judged before */
export function zoneOf(data: Step['data']) {
  const read = readShape(zoneShape, data)
  if (read.kind === 'refused') throw new TypeError(read.reason)
  return read.value
}

/** Under the lease of its region, by a named person: what is done to a zone is done by one hand. */
const objectionTo = (step: Step, record: OnRecord): string | undefined => {
  const read = readShape(zoneShape, step.data)
  if (read.kind === 'refused') return `its data are not those of a zone: ${read.reason}`
  const { region, zone } = read.value
  if (region === '' || zone === '') return 'it names no zone'
  if (!step.actors.some(({ id }) => id.trim() !== '')) return 'nobody is named who did it'
  const lease = liveLease(step, record)
  if (lease === undefined) return withoutLease(step)
  return lease.region.split('+').includes(region)
    ? undefined
    : `its lease is of ${lease.region}, not of ${region}`
}

export const shiftZone: Rule = (step, record) => {
  const objection = objectionTo(step, record)
  if (objection !== undefined) return objection
  const { reason, step: at, ...place } = zoneOf(step.data)
  if (reason.trim() === '') return 'shifting a zone away needs a reason'
  return at === 'intended' || record.zones.shiftOf(place) !== undefined
    ? undefined
    : 'it was not intended before it was done'
}

/** A zone that is not on record as away may be restored too: somebody else may have shifted it. */
export const restoreZone: Rule = (step, record) => {
  const objection = objectionTo(step, record)
  if (objection !== undefined) return objection
  const { step: at, ...place } = zoneOf(step.data)
  const shift = record.zones.shiftOf(place)
  return at === 'intended' || shift?.returning !== false
    ? undefined
    : 'it was not intended before it was done'
}
