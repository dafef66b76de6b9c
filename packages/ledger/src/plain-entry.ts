import { isCanonicalAscii, isPlainObject, readShape } from '@bulkhead/envelope'
import { type Digest, fencingToken, isDigest } from '@bulkhead/vocabulary'
import { ENTRY_KINDS, type EntryDraft, type EntryKind, type ReleaseOnRecord } from './entry.ts'
import { actorsShape, releaseShape, runnerShape, subjectsOf } from './entry-parts.ts'
import type { EntryParts } from './entry-parts.ts'
import { eventOf } from './event.ts'

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
const ASCII = /^[ -~]*$/
const MAX_DEPTH = 16

/**
 * Reads the payload of an entry that is plain, for a log may have millions: printable ASCII without
 * `\u`, cut at the fixed words of the layout. Each part by itself is JSON in its one canonical
 * spelling, and JSON has one reading, so the whole is as the ledger writes it. Whatever is not so is
 * undefined here, and left to the strict reader, which alone refuses.
 */
export function readPlainly(payload: Buffer): PlainParts | undefined {
  const text = payload.toString('latin1')
  if (text.includes('\\u') || !ASCII.test(text)) return undefined
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
  const draft: EntryDraft = {
    kind,
    ...(release === null ? {} : { release }),
    ...(fence === null ? {} : { fence: fencingToken(fence) }),
    actors,
    data,
  }
  const place = { origin, environment, index, previous, at, runner }
  const event = eventOf(draft, place)
  if (JSON.stringify(event.context) !== context) return undefined
  if (JSON.stringify(event.subject) !== subject) return undefined
  return JSON.stringify(subjectsOf(draft, origin)) === subjects
    ? { draft, place, dataText }
    : undefined
}

function readData(text: string): Readonly<Record<string, unknown>> | undefined {
  const value = parse(text)
  if (!isPlainObject(value) || !isCanonicalAscii(value, MAX_DEPTH)) return undefined
  return JSON.stringify(value) === text ? value : undefined
}

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

/** What `instantText` takes: the one spelling of a moment. */
function isInstant(text: string): boolean {
  const date = new Date(text)
  return !Number.isNaN(date.getTime()) && date.toISOString() === text
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const MOST_REMEMBERED = 256

/** Neighbours in a log name the same people, release and run: each spelling is read once. */
class Remembered<T> {
  readonly #read: (value: unknown) => T | undefined
  readonly #known = new Map<string, T>()

  constructor(read: (value: unknown) => T | undefined) {
    this.#read = read
  }

  read(text: string): T | undefined {
    const known = this.#known.get(text)
    if (known !== undefined) return known
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
