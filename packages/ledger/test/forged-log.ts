import type { Signer } from '@bulkhead/envelope'
import { sha256 } from '@bulkhead/envelope'
import type { Digest } from '@bulkhead/vocabulary'
import type { EntryPlace } from '../src/entry-parts.ts'
import { sealEntry } from '../src/entry-form.ts'
import type { EntryDraft, StoredEntry } from '../src/index.ts'
import { ACTORS, ORIGIN } from './log-fixture.ts'

export interface Forgery extends EntryDraft {
  /** What this entry says of its place instead of the truth. */
  readonly lies?: Partial<EntryPlace>
  readonly signedBy?: Signer
}

export const genesis: EntryDraft = { kind: 'genesis', actors: ACTORS, data: {} }

/** A log whose every entry is signed and linked, by a writer who judges nothing. */
export async function forgeLog(
  signer: Signer,
  drafts: readonly Forgery[],
): Promise<readonly StoredEntry[]> {
  const entries: StoredEntry[] = []
  let previous: Digest | null = null
  for (const [index, { lies = {}, signedBy = signer, ...draft }] of drafts.entries()) {
    const at = new Date(Date.UTC(2026, 0, 31, 12, 0, index)).toISOString()
    const truth = { origin: ORIGIN, environment: 'production', index, previous, at, runner: {} }
    const bytes = await sealEntry(draft, { ...truth, ...lies }, signedBy)
    entries.push({ index, bytes })
    previous = sha256(bytes)
  }
  return entries
}
