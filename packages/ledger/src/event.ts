import type { EntryDraft, EntryKind, ReleaseOnRecord } from './entry.ts'
import type { Describe, EventPlace } from './event-descriptions.ts'
import { KINDS } from './kinds.ts'

/** A CDEvents 0.5 event (cdevents.dev, spec.md and its vocabulary), as far as we write it. */
export interface CdEvent {
  readonly context: {
    readonly specversion: string
    readonly id: string
    readonly source: string
    readonly type: string
    readonly timestamp: string
  }
  readonly subject: { readonly id: string; readonly content: object }
  readonly customData: {
    readonly kind: EntryKind
    readonly release: ReleaseOnRecord | null
    readonly data: Readonly<Record<string, unknown>>
  }
}

const SPEC_VERSION = '0.5.1'

/**
 * The event that tells other tools what an entry says. Only kinds with the very meaning of a CDEvents
 * type use it; the rest are custom events, `dev.cdeventsx.<tool>-<subject>.<predicate>.<version>`
 * (custom/README.md). A rollback is custom too: `service.rolledback` must name the artifact that runs
 * afterwards, which the entry about the abandoned release does not know.
 */
export function eventOf(draft: EntryDraft, place: EventPlace): CdEvent {
  const { type, subject, content } = describeEvent(draft, place)
  // In canonical order: see entry-form.ts.
  return {
    context: {
      id: String(place.index),
      source: place.origin,
      specversion: SPEC_VERSION,
      timestamp: place.at,
      type,
    },
    customData: { data: draft.data, kind: draft.kind, release: draft.release ?? null },
    subject: { content, id: subject },
  }
}

/** What follows from the rest of an entry; its data are asked for only where they matter. */
export const describeEvent: Describe = (draft, place) => KINDS[draft.kind].event(draft, place)

/** The canonical text of an event's context, for an origin in which nothing has to be escaped. */
export const contextText = (type: string, { index, origin, at }: EventPlace): string =>
  `{"id":"${index}","source":"${origin}","specversion":"${SPEC_VERSION}","timestamp":"${at}","type":"${type}"}`
