import type { EntryDraft, EntryKind, ReleaseOnRecord } from './entry.ts'
import type { EventPlace } from './event-descriptions.ts'
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
  const { context, subject } = eventAbout(draft, place)
  // In canonical order: see entry-form.ts.
  return {
    context,
    customData: { data: draft.data, kind: draft.kind, release: draft.release ?? null },
    subject,
  }
}

/** The parts of an event that follow from the rest of an entry; its data are asked for only where they matter. */
export function eventAbout(
  draft: EntryDraft,
  place: EventPlace,
): Pick<CdEvent, 'context' | 'subject'> {
  const { type, subject, content } = KINDS[draft.kind].event(draft, place)
  return {
    context: {
      id: String(place.index),
      source: place.origin,
      specversion: SPEC_VERSION,
      timestamp: place.at,
      type,
    },
    subject: { content, id: subject },
  }
}
