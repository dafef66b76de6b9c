import { EnvironmentFold, type EntryDraft, type LedgerEntry } from '@bulkhead/ledger'
import { type FencingToken, digest, fencingToken } from '@bulkhead/vocabulary'

/** A ledger without signatures: entries that the rules allow, one after the other. */
export class LegalLog {
  readonly #entries: LedgerEntry[] = []
  readonly #fold = new EnvironmentFold()

  get entries(): readonly LedgerEntry[] {
    return this.#entries
  }

  /** @returns its index, as the token that a lease would have @throws Error when a rule objects */
  append(draft: Omit<EntryDraft, 'actors'>): FencingToken {
    const index = this.#entries.length + 1
    const entry: LedgerEntry = {
      actors: [{ provider: 'test', id: 'ada', role: 'author' }],
      ...draft,
      index,
      previous: null,
      origin: 'test',
      environment: 'test',
      at: '2026-01-01T00:00:00.000Z',
      runner: {},
      signer: 'test',
      digest: digest(`sha256:${'0'.repeat(64)}`),
      bytes: Buffer.alloc(0),
    }
    const objection = this.#fold.objection(entry)
    if (objection !== undefined) throw new Error(objection)
    this.#fold.apply(entry)
    this.#entries.push(entry)
    return fencingToken(index)
  }
}
