import {
  STATEMENT_PAYLOAD_TYPE,
  type Signer,
  type Statement,
  type TrustedKey,
  anyObject,
  canonicalJson,
  count,
  digestText,
  instantText,
  listOf,
  objectOf,
  oneOf,
  openWithKeys,
  orNull,
  readShape,
  readStatement,
  sealStatement,
  text,
} from '@bulkhead/envelope'
import { type Digest, type ReasonCode, fencingToken } from '@bulkhead/vocabulary'
import { ENTRY_KINDS, type EntryDraft, LEDGER_ENTRY_TYPE, type LedgerEntry } from './entry.ts'
import {
  type EntryParts,
  type EntryPlace,
  actorsShape,
  releaseShape,
  runnerShape,
  subjectsOf,
} from './entry-parts.ts'
import { type CdEvent, eventOf } from './event.ts'
import { readPlainly } from './plain-entry.ts'

/** Largest entry in bytes: what a tile of C2SP tlog-tiles can hold. */
export const MAX_ENTRY_BYTES = 65_535

interface EntryPredicate {
  readonly ledger: {
    readonly origin: string
    readonly environment: string
    readonly index: number
    readonly previous: Digest | null
    readonly fence: number | null
  }
  readonly event: CdEvent
  readonly actors: EntryDraft['actors']
  readonly runner: Readonly<Record<string, string>>
  readonly clocks: readonly { readonly source: string; readonly at: string }[]
}

/** Signs a draft for its place. @throws TypeError when its data are not plain JSON */
export const sealEntry = (draft: EntryDraft, place: EntryPlace, signer: Signer): Promise<Buffer> =>
  sealStatement(statementOf(draft, place), signer)

function statementOf(
  draft: EntryDraft,
  place: EntryPlace,
): Omit<Statement<EntryPredicate>, '_type'> {
  const { origin, environment, index, previous, at, runner } = place
  // Members in canonical order here and in the event, for plain-entry.ts compares the text.
  return {
    predicate: {
      actors: draft.actors,
      clocks: [{ at, source: 'writer' }],
      event: eventOf(draft, place),
      ledger: { environment, fence: draft.fence ?? null, index, origin, previous },
      runner,
    },
    predicateType: LEDGER_ENTRY_TYPE,
    subject: subjectsOf(draft, origin),
  }
}

const predicateShape = objectOf({
  ledger: objectOf({
    origin: text,
    environment: text,
    index: count,
    previous: orNull(digestText),
    fence: orNull(count),
  }),
  event: objectOf({
    context: anyObject,
    subject: anyObject,
    customData: objectOf({
      kind: oneOf(...ENTRY_KINDS),
      release: orNull(releaseShape),
      data: anyObject,
    }),
  }),
  actors: actorsShape,
  runner: runnerShape,
  clocks: listOf(objectOf({ source: oneOf('writer'), at: instantText }), 1),
})

/** Why the bytes of an entry say nothing. */
export interface EntryRefusal {
  readonly kind: 'refused'
  readonly code: ReasonCode
  readonly reason: string
}

/** What became of the bytes of an entry. */
export type EntryReading = { readonly kind: 'read'; readonly entry: LedgerEntry } | EntryRefusal

const malformed = (reason: string): EntryRefusal => ({
  kind: 'refused',
  code: 'ledger/malformed-entry',
  reason,
})

/** What the bytes of an entry say and who signed them, before it is put together. */
export interface OpenedEntry extends EntryParts {
  readonly kind: 'read'
  readonly signer: string
  readonly digest: Digest
  /** The data as they are written, where they are plain. */
  readonly dataText?: string
}

/** Reads one entry: see {@link openEntry}. */
export function readEntry(bytes: Buffer, keys: readonly TrustedKey[]): EntryReading {
  const opened = openEntry(bytes, keys)
  if (opened.kind === 'refused') return opened
  const { draft, place, signer, digest } = opened
  return { kind: 'read', entry: { ...draft, data: draft.data, ...place, signer, digest, bytes } }
}

/**
 * Its signature by a trusted key, then its form. The payload must be, byte for byte, what our own writer
 * makes of what was read, so that nothing can hide in an entry that one reader sees and another does not.
 * @param open how its envelope is opened
 */
export function openEntry(
  bytes: Buffer,
  keys: readonly TrustedKey[],
  open = openWithKeys,
): OpenedEntry | EntryRefusal {
  if (bytes.byteLength > MAX_ENTRY_BYTES) {
    return malformed(`it has ${bytes.byteLength} bytes, the limit is ${MAX_ENTRY_BYTES}`)
  }
  const opened = open(bytes, keys, STATEMENT_PAYLOAD_TYPE)
  if (opened.kind !== 'opened') {
    return { kind: 'refused', code: UNOPENED[opened.kind], reason: opened.reason }
  }
  const { payload, signer, digest } = opened.envelope
  const parts = readPlainly(payload) ?? readStrictly(payload)
  if (typeof parts === 'string') return malformed(parts)
  return { kind: 'read', ...parts, signer: signer.name, digest }
}

/** @returns the parts of an entry, or what is wrong with its form */
export function readStrictly(payload: Buffer): EntryParts | string {
  const opened = readStatement(payload, LIMITS)
  if (opened.kind === 'refused') return opened.reason
  const statement = opened.value
  if (statement.predicateType !== LEDGER_ENTRY_TYPE) {
    return `it states ${JSON.stringify(statement.predicateType)}`
  }
  const read = readShape(predicateShape, statement.predicate)
  if (read.kind === 'refused') return read.reason
  const parts = partsOf(read.value)
  const { _type } = statement
  const rewritten = canonicalJson({ _type, ...statementOf(parts.draft, parts.place) })
  return rewritten === payload.toString() ? parts : 'it is not as the ledger writes it'
}

const LIMITS = { maxBytes: MAX_ENTRY_BYTES, maxDepth: 32 }
const UNOPENED = { malformed: 'ledger/malformed-entry', untrusted: 'ledger/bad-signature' } as const

function partsOf({
  ledger,
  event,
  actors,
  runner,
  clocks,
}: ReturnType<typeof predicateShape>): EntryParts {
  const { kind, release, data } = event.customData
  const { fence, ...rest } = ledger
  const draft = {
    kind,
    ...(release === null ? {} : { release }),
    ...(fence === null ? {} : { fence: fencingToken(fence) }),
    actors,
    data,
  }
  // Without a clock the date is empty, and what is rewritten from it differs from what was read.
  return { draft, place: { ...rest, at: clocks[0]?.at ?? '', runner } }
}
