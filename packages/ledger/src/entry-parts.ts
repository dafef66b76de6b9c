import {
  type Subject,
  commitText,
  digestText,
  listOf,
  objectOf,
  recordOf,
  sha256,
  text,
} from '@bulkhead/envelope'
import { type Digest, hexOf } from '@bulkhead/vocabulary'
import type { EntryDraft } from './entry.ts'

/** Where an entry stands, and who says so. */
export interface EntryPlace {
  readonly origin: string
  readonly environment: string
  readonly index: number
  readonly previous: Digest | null
  readonly at: string
  readonly runner: Readonly<Record<string, string>>
}

/** All that an entry says. */
export interface EntryParts {
  readonly draft: EntryDraft
  readonly place: EntryPlace
}

export const releaseShape = objectOf({
  commit: commitText,
  artifacts: listOf(objectOf({ name: text, digest: digestText }), 1_000),
})

export const actorsShape = listOf(objectOf({ provider: text, id: text, role: text }), 32)
export const runnerShape = recordOf(text, 32)

/** The release, by commit and bytes; an entry about none is about the ledger, by its origin line. */
export function subjectsOf({ release }: EntryDraft, origin: string): readonly Subject[] {
  if (release === undefined) {
    return [{ digest: { sha256: hexOf(sha256(origin)) }, name: 'origin' }]
  }
  return [
    { digest: { gitCommit: release.commit }, name: 'commit' },
    ...release.artifacts.map(({ name, digest }) => ({ digest: { sha256: hexOf(digest) }, name })),
  ]
}
