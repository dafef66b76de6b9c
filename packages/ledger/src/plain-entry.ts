import { isAscii } from 'node:buffer'
import { isCanonicalAscii, isPlainObject, readShape } from '@bulkhead/envelope'
import { type Digest, type FencingToken, fencingToken, isDigest } from '@bulkhead/vocabulary'
import { isCanonicalObject } from './canonical-text.ts'
import { ENTRY_KINDS, type EntryDraft, type EntryKind, type ReleaseOnRecord } from './entry.ts'
import { actorsShape, releaseShape, runnerShape, subjectsOf } from './entry-parts.ts'
import type { EntryParts } from './entry-parts.ts'
import { contextText, describeEvent } from './event.ts'

/** What stands between the parts of every entry that is plain, in canonical order. */
const LAYOUT = [
  '{"_type":"https://in-toto.io/Statement/v1","predicate":{"actors":',
  ',"clocks":[{"at":"',
  '","source":"writer"}],"event":{"context":',
  ',"customData":{"data":',
  ',"kind":"',
  '","release":',
  '},"subject":',
  '},"ledger":{"environment":"',
  '","fence":',
  ',"index":',
  ',"origin":"',
  '","previous":',
  '},"runner":',
  '},"predicateType":"https://bulkhead.dev/ledger-entry/v1","subject":',
] as const

/** What a plain entry says, with its data as they are written. */
export interface PlainParts extends EntryParts {
  readonly dataText: string
}

const PLAIN = /^[ !#-[\]-~]*$/
const MAX_DEPTH = 16
const MOST_REMEMBERED = 256

/**
 * Reads the payload of an entry that is plain, for a log may have millions: ASCII without
 * `\u`, cut at the fixed words of the layout. Each part by itself is JSON in its one canonical
 * spelling, and JSON has one reading, so the whole is as the ledger writes it. Whatever is not so is
 * undefined here, and left to the strict reader, which alone refuses.
 */
export function readPlainly(payload: Buffer): PlainParts | undefined {
  // A control character is in no part that is taken: JSON knows none, and the words between hold none.
  if (!isAscii(payload)) return undefined
  const text = payload.toString('latin1')
  if (text.includes('\\u')) return undefined
  const pieces = cut(text)
  return pieces === undefined ? undefined : partsOf(pieces)
}

function cut(text: string): readonly string[] | undefined {
  if (!text.startsWith(LAYOUT[0]) || !text.endsWith('}')) return undefined
  const pieces: string[] = []
  let from = LAYOUT[0].length
  for (let at = 1; at < LAYOUT.length; at += 1) {
    const mark = LAYOUT[at] ?? ''
    const end = text.indexOf(mark, from)
    if (end < 0) return undefined
    pieces.push(text.slice(from, end))
    from = end + mark.length
  }
  pieces.push(text.slice(from, -1))
  return pieces
}

function partsOf(pieces: readonly string[]): PlainParts | undefined {
  const [actorsText = '', at = '', context, dataText = '', kindText, releaseText = ''] = pieces
  const [subject, environment = '', fenceText, indexText, origin = ''] = pieces.slice(6)
  const [previousText, runnerText = '', subjects] = pieces.slice(11)
  const actors = ACTORS.read(actorsText)
  const release = RELEASES.read(releaseText)
  const runner = RUNNERS.read(runnerText)
  const data = readData(dataText)
  const kind = kindOf(kindText)
  const index = wholeNumber(indexText)
  const fence = fenceText === 'null' ? null : wholeNumber(fenceText)
  const previous = digestOf(previousText)
  if (actors === undefined || release === undefined || runner === undefined) return undefined
  if (data === undefined || kind === undefined || index === undefined) return undefined
  if (fence === undefined || previous === undefined) return undefined
  if (!PLAIN.test(environment) || !PLAIN.test(origin) || !isInstant(at)) return undefined
  const draft = new PlainDraft(kind, actors, data, release, fence)
  const place = { origin, environment, index, previous, at, runner }
  const { type, content, subject: id } = describeEvent(draft, place)
  if (contextText(type, place) !== context) return undefined
  if (JSON.stringify({ content, id }) !== subject) return undefined
  return subjectText(draft, origin) === subjects ? { draft, place, dataText } : undefined
}

/**
 * Nobody may ever ask for the data: of a million entries a verifier needs those of some. A getter of a
 * literal would give every draft a hidden class of its own, and keep alive all that it was cut from.
 */
class PlainDraft implements EntryDraft {
  readonly kind: EntryKind
  readonly actors: EntryDraft['actors']
  readonly release?: ReleaseOnRecord
  readonly fence?: FencingToken
  readonly #read: () => EntryDraft['data']
  #data: EntryDraft['data'] | undefined

  constructor(
    kind: EntryKind,
    actors: EntryDraft['actors'],
    read: () => EntryDraft['data'],
    release: ReleaseOnRecord | null,
    fence: number | null,
  ) {
    this.kind = kind
    this.actors = actors
    this.#read = read
    if (release !== null) this.release = release
    if (fence !== null) this.fence = fencingToken(fence)
  }

  get data(): EntryDraft['data'] {
    return (this.#data ??= this.#read())
  }
}

const subjectTexts = new WeakMap<ReleaseOnRecord, string>()

/** Neighbours are about the same release, which was read once. */
function subjectText(draft: EntryDraft, origin: string): string {
  const { release } = draft
  const known = release && subjectTexts.get(release)
  const written = known ?? JSON.stringify(subjectsOf(draft, origin))
  if (release !== undefined && known === undefined) subjectTexts.set(release, written)
  return written
}

/** Data in their one spelling, told as quickly as they allow; undefined for any other text. */
function readData(text: string): (() => EntryDraft['data']) | undefined {
  const canonical = provenObjects.has(text) ? true : isCanonicalObject(text)
  if (canonical === false) return undefined
  if (canonical === true) {
    rememberObject(text)
    return () => objectIn(text)
  }
  const value = parse(text)
  if (!isPlainObject(value) || !isCanonicalAscii(value, MAX_DEPTH)) return undefined
  return JSON.stringify(value) === text ? () => value : undefined
}

/** Batches of one fleet are the same in each release: that a text is an object is proven once. */
const provenObjects = new Set<string>()
const MOST_PROVEN_LETTERS = 1_024

function rememberObject(text: string): void {
  if (text.length > MOST_PROVEN_LETTERS || provenObjects.has(text)) return
  if (provenObjects.size >= MOST_REMEMBERED) provenObjects.clear()
  // A copy: a part of the payload would keep all of it alive.
  provenObjects.add(Buffer.from(text, 'latin1').toString('latin1'))
}

/** Of text that was proven to be one. */
const objectIn = (text: string) => JSON.parse(text) as EntryDraft['data']

const KIND_NAMES: ReadonlyMap<string, EntryKind> = new Map(ENTRY_KINDS.map((kind) => [kind, kind]))
const kindOf = (text: string | undefined): EntryKind | undefined => KIND_NAMES.get(text ?? '')

function wholeNumber(text: string | undefined): number | undefined {
  const value = Number(text)
  return Number.isSafeInteger(value) && value >= 0 && String(value) === text ? value : undefined
}

function digestOf(text: string | undefined): Digest | null | undefined {
  if (text === 'null') return null
  const inner = text?.slice(1, -1) ?? ''
  return text === `"${inner}"` && isDigest(inner) ? inner : undefined
}

const MINUTE_LETTERS = '2026-01-31T12:00'.length
const REST = /^:[0-5][0-9]\.[0-9]{3}Z$/
let knownMinute = ''

/** What `instantText` takes: the one spelling of a moment. Neighbours are often of the same minute. */
function isInstant(text: string): boolean {
  const minute = text.slice(0, MINUTE_LETTERS)
  if (minute === knownMinute && REST.test(text.slice(MINUTE_LETTERS))) return true
  const date = new Date(text)
  if (Number.isNaN(date.getTime()) || date.toISOString() !== text) return false
  if (text.length === MINUTE_LETTERS + ':00.000Z'.length) knownMinute = minute
  return true
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Neighbours in a log name the same people, release and run: each spelling is read once. */
class Remembered<T> {
  readonly #read: (value: unknown) => T | undefined
  readonly #known = new Map<string, T>()
  /** Nearly always it is asked for again, and to compare is quicker than to look up. */
  #newest: readonly [string, T] | undefined

  constructor(read: (value: unknown) => T | undefined) {
    this.#read = read
  }

  read(text: string): T | undefined {
    if (this.#newest?.[0] === text) return this.#newest[1]
    const known = this.#known.get(text) ?? this.#readNew(text)
    if (known !== undefined) this.#newest = [text, known]
    return known
  }

  #readNew(text: string): T | undefined {
    const value = parse(text)
    if (!isCanonicalAscii(value, MAX_DEPTH) || JSON.stringify(value) !== text) return undefined
    const read = this.#read(value)
    if (read === undefined) return undefined
    if (this.#known.size >= MOST_REMEMBERED) this.#known.clear()
    this.#known.set(text, read)
    return read
  }
}

const ACTORS = new Remembered((value) => {
  const read = readShape(actorsShape, value)
  return read.kind === 'read' ? read.value : undefined
})
const RUNNERS = new Remembered((value) => {
  const read = readShape(runnerShape, value)
  return read.kind === 'read' ? read.value : undefined
})
const RELEASES = new Remembered<ReleaseOnRecord | null>((value) => {
  if (value === null) return null
  const read = readShape(releaseShape, value)
  return read.kind === 'read' ? read.value : undefined
})
