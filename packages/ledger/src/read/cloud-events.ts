import type { EntryOnRecord } from '../entry.ts'
import { type CdEvent, eventOf } from '../event.ts'
import { type Reservations, isMisdated, isVoided } from './reservations.ts'

/** A CDEvents event in a CloudEvents 1.0 envelope, structured mode (CDEvents cloudevents-binding.md). */
export interface CloudEvent {
  readonly specversion: '1.0'
  readonly id: string
  readonly source: string
  readonly type: string
  readonly subject: string
  readonly time: string
  readonly datacontenttype: 'application/json'
  /** Extension attribute: a revoked key had signed the entry, which does not count. */
  readonly voided?: true
  /** Extension attribute: a wrong clock had dated the entry ahead. */
  readonly misdated?: true
  readonly data: CdEvent
}

/** A view for other tools. The record is the entry's signed bytes. */
export function cloudEventOf(entry: EntryOnRecord, reservations: Reservations): CloudEvent {
  const data = eventOf(entry, entry)
  const { id, source, type, timestamp } = data.context
  return {
    specversion: '1.0',
    id,
    source,
    type,
    subject: data.subject.id,
    time: timestamp,
    datacontenttype: 'application/json',
    ...(isVoided(reservations, entry) && { voided: true }),
    ...(isMisdated(reservations, entry) && { misdated: true }),
    data,
  }
}
