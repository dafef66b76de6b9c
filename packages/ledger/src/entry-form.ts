import {
  type Signer,
  type Statement,
  type Subject,
  type TrustedKey,
  anyObject,
  canonicalJson,
  commitText,
  count,
  digestText,
  instantText,
  listOf,
  objectOf,
  oneOf,
  openStatement,
  orNull,
  readShape,
  recordOf,
  sealStatement,
  sha256,
  text,
} from '@bulkhead/envelope'
import { type Digest, type ReasonCode, fencingToken, hexOf } from '@bulkhead/vocabulary'
import { ENTRY_KINDS, type EntryDraft, LEDGER_ENTRY_TYPE, type LedgerEntry } from './entry.ts'
import { type CdEvent, eventOf } from './event.ts'

/** Largest entry in bytes: what a tile of C2SP tlog-tiles can hold. */
export const MAX_ENTRY_BYTES = 65_535

/** Where an entry stands, and who says so. */
export interface EntryPlace {
  readonly origin: string
  readonly environment: string
  readonly index: number
  readonly previous: Digest | null
  readonly at: string
  readonly runner: Readonly<Record<string, string>>
}

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
  return {
    subject: subjectsOf(draft, origin),
    predicateType: LEDGER_ENTRY_TYPE,
    predicate: {
      ledger: { origin, environment, index, previous, fence: draft.fence ?? null },
      event: eventOf(draft, place),
      actors: draft.actors,
      runner,
      clocks: [{ source: 'writer', at }],
    },
  }
}

/** The release, by commit and bytes; an entry about none is about the ledger, by its origin line. */
function subjectsOf({ release }: EntryDraft, origin: string): readonly Subject[] {
  if (release === undefined) {
    return [{ name: 'origin', digest: { sha256: hexOf(sha256(origin)) } }]
  }
  return [
    { name: 'commit', digest: { gitCommit: release.commit } },
    ...release.artifacts.map(({ name, digest }) => ({ name, digest: { sha256: hexOf(digest) } })),
  ]
}

const releaseShape = objectOf({
  commit: commitText,
  artifacts: listOf(objectOf({ name: text, digest: digestText }), 1_000),
})

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
  actors: listOf(objectOf({ provider: text, id: text, role: text }), 32),
  runner: recordOf(text, 32),
  clocks: listOf(objectOf({ source: oneOf('writer'), at: instantText }), 1),
})

/** What became of the bytes of an entry. */
export type EntryReading =
  | { readonly kind: 'read'; readonly entry: LedgerEntry }
  | { readonly kind: 'refused'; readonly code: ReasonCode; readonly reason: string }

const malformed = (reason: string): EntryReading => ({
  kind: 'refused',
  code: 'ledger/malformed-entry',
  reason,
})

/**
 * Reads one entry: its signature by a trusted key, then its form. The payload must be, byte for byte,
 * what our own writer makes of what was read, so that nothing can hide in an entry that one reader
 * sees and another does not.
 */
export function readEntry(bytes: Buffer, keys: readonly TrustedKey[]): EntryReading {
  if (bytes.byteLength > MAX_ENTRY_BYTES) {
    return malformed(`it has ${bytes.byteLength} bytes, the limit is ${MAX_ENTRY_BYTES}`)
  }
  const opened = openStatement(bytes, keys, LIMITS)
  if (opened.kind !== 'opened') {
    return { kind: 'refused', code: UNOPENED[opened.kind], reason: opened.reason }
  }
  const { statement, envelope } = opened
  if (statement.predicateType !== LEDGER_ENTRY_TYPE) {
    return malformed(`it states ${JSON.stringify(statement.predicateType)}`)
  }
  const read = readShape(predicateShape, statement.predicate)
  if (read.kind === 'refused') return malformed(read.reason)
  const { draft, place } = partsOf(read.value)
  const { _type } = statement
  const rewritten = canonicalJson({ _type, ...statementOf(draft, place) })
  if (rewritten !== envelope.payload.toString()) {
    return malformed('it is not as the ledger writes it')
  }
  const { signer, digest } = envelope
  return { kind: 'read', entry: { ...draft, ...place, signer: signer.name, digest, bytes } }
}

const LIMITS = { maxBytes: MAX_ENTRY_BYTES, maxDepth: 32 }
const UNOPENED = { malformed: 'ledger/malformed-entry', untrusted: 'ledger/bad-signature' } as const

function partsOf({ ledger, event, actors, runner, clocks }: ReturnType<typeof predicateShape>): {
  readonly draft: EntryDraft
  readonly place: EntryPlace
} {
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
