import type { EntryOnRecord } from '../entry.ts'
import { type CdEvent, eventOf } from '../event.ts'

/** A CDEvents event in a CloudEvents 1.0 envelope, structured mode (CDEvents cloudevents-binding.md). */
export interface CloudEvent {
  readonly specversion: '1.0'
  readonly id: string
  readonly source: string
  readonly type: string
  readonly subject: string
  readonly time: string
  readonly datacontenttype: 'application/json'
  readonly data: CdEvent
}

/** A view for other tools. The record is the entry's signed bytes. */
export function cloudEventOf(entry: EntryOnRecord): CloudEvent {
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
    data,
  }
}
