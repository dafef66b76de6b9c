import { createHash } from 'node:crypto'
import type { Loosening } from './loosening.ts'

/** Where two values stand, and what the files that they name hold. */
export interface Place {
  readonly path: string
  readonly files: { readonly was: Files; readonly becomes: Files }
}
type Files = ReadonlyMap<string, Buffer>

/** What a change of one value loosens. A comparison is never asked about what is not in the policy. */
export type Compare<T> = (was: T, becomes: T, place: Place) => readonly Loosening[]

/** A comparison for every key of a part of the policy: a key without one breaks the build. */
export type Rules<Part> = { readonly [Key in keyof Part]-?: Compare<Part[Key]> }

/** Values as JSON: what a key holds is told by its own words, whatever order they were built in. */
const show = (value: unknown): string =>
  value === undefined ? 'nothing' : (JSON.stringify(value) ?? 'nothing')

const digestOf = (bytes: Buffer | undefined): string | undefined =>
  bytes && `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** A value with each path replaced by the digest of what it names: an approval of it is of the content. */
export function byContent(value: unknown, files: Files): unknown {
  if (typeof value === 'string') return digestOf(files.get(value)) ?? value
  if (Array.isArray(value)) return value.map((item) => byContent(item, files))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, byContent(inner, files)]),
  )
}

const at = ({ path, files }: Place, was: unknown, becomes: unknown): readonly Loosening[] => [
  {
    place: path,
    was: show(byContent(was, files.was)),
    becomes: show(byContent(becomes, files.becomes)),
  },
]

const below = (place: Place, key: string): Place => ({
  ...place,
  path: place.path === '' ? key : `${place.path}.${key}`,
})

/** Says nothing about what is judged, or is judged elsewhere. */
export const free: Compare<unknown> = () => []

/** No value is stricter than another, so that any change needs somebody's word. */
export const fixed: Compare<unknown> = (was, becomes, place) =>
  show(was) === show(becomes) ? [] : at(place, was, becomes)

/** The more the stricter. `rank` makes the order; transitive, so that no detour is free. */
export const notBelow =
  <T>(rank: (value: T) => number): Compare<T> =>
  (was, becomes, place) =>
    rank(becomes) < rank(was) ? at(place, was, becomes) : []

export const notLower = notBelow<number>((value) => value)
export const notHigher = notBelow<number>((value) => -value)

/** One of several words, given from the loosest to the strictest. */
export const ordered = <const Word>(...words: readonly Word[]): Compare<Word> =>
  notBelow((word) => words.indexOf(word))

/** A list without order that may grow and not shrink. */
export const kept: Compare<readonly unknown[]> = (was, becomes, place) => {
  const listed = new Set(becomes.map(show))
  return was.filter((item) => !listed.has(show(item))).flatMap((item) => at(place, item, undefined))
}

/** A list without order that may neither grow nor shrink. */
export const sameSet: Compare<readonly unknown[]> = (was, becomes, place) => {
  const before = new Set(was.map(show))
  return [
    ...kept(was, becomes, place),
    ...becomes
      .filter((item) => !before.has(show(item)))
      .flatMap((item) => at(place, undefined, item)),
  ]
}

/** As `bulkhead.yml` writes a key. */
const written = (key: string): string =>
  key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** All keys of a part. `names` says where the file has a key elsewhere than the policy. */
export const part =
  <Part extends object>(
    rules: Rules<Part>,
    names: { readonly [Key in keyof Part]?: string } = {},
  ): Compare<Part> =>
  (was, becomes, place) => {
    const found: Loosening[] = []
    for (const key in rules)
      found.push(...rules[key](was[key], becomes[key], below(place, names[key] ?? written(key))))
    return found
  }

/** Named parts: one that goes loosens, one that comes by itself does not. */
export const named =
  <Part>(
    each: Compare<Part>,
    { coming = 'free' }: { readonly coming?: 'free' | 'loosens' } = {},
  ): Compare<Readonly<Record<string, Part>>> =>
  (was, becomes, place) => {
    const names = [...new Set([...Object.keys(was), ...Object.keys(becomes)])].sort()
    return names.flatMap((name) => {
      const before = Object.hasOwn(was, name) ? was[name] : undefined
      const after = Object.hasOwn(becomes, name) ? becomes[name] : undefined
      const here = below(place, name)
      if (before !== undefined && after !== undefined) return each(before, after, here)
      if (before === undefined && coming === 'free') return []
      return at(here, before, after)
    })
  }

/** Something that may be absent. Coming and going are judged by themselves. */
export const optional =
  <T>(
    both: Compare<T>,
    { coming, going }: Record<'coming' | 'going', 'free' | 'loosens'>,
  ): Compare<T | undefined> =>
  (was, becomes, place) => {
    if (was !== undefined && becomes !== undefined) return both(was, becomes, place)
    if (was === undefined && becomes === undefined) return []
    return (was === undefined ? coming : going) === 'free' ? [] : at(place, was, becomes)
  }

/** What a path names, by content: moving a file changes nothing. */
export const sameContent: Compare<string> = (was, becomes, place) =>
  fixed(digestOf(place.files.was.get(was)), digestOf(place.files.becomes.get(becomes)), place)

/** What several paths name, by content and without order. */
export const sameContents: Compare<readonly string[]> = (was, becomes, place) =>
  sameSet(
    was.map((path) => digestOf(place.files.was.get(path)) ?? path),
    becomes.map((path) => digestOf(place.files.becomes.get(path)) ?? path),
    place,
  )

/** The lines of a file that say something, without order. */
export const sameLines: Compare<string> = (was, becomes, place) => {
  const linesOf = (bytes: Buffer | undefined) =>
    (bytes?.toString('latin1') ?? '')
      .split(/\r\n|\n|\r/)
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'))
  return sameSet(
    linesOf(place.files.was.get(was)),
    linesOf(place.files.becomes.get(becomes)),
    place,
  )
}
