import { readInWindows } from '@bulkhead/git'
import { type CommitId, DeniedError, type Finding } from '@bulkhead/vocabulary'
import type { StoredEntry } from '../ledger-store.ts'
import { MAX_REMARKS, foreignPath } from '../store-findings.ts'
import { ENTRIES, placeOf } from './layout.ts'
import type { TreeReader } from './tree-growth.ts'
import { walkEntries } from './tree-walk.ts'

/** Entries from an index on, as a commit has them. @throws DeniedError `ledger/not-a-ledger` */
export async function* readEntries(
  repository: TreeReader,
  commit: CommitId,
  from: number,
): AsyncGenerator<StoredEntry> {
  let found = from > 0
  for await (const folder of walkEntries(repository, commit, from)) {
    const wanted = folder.entries.filter(({ index }) => index >= from)
    const objects = readInWindows(
      repository,
      wanted.map(({ blob }) => blob),
    )
    let at = 0
    for await (const { object } of objects) {
      const index = wanted[at]?.index
      if (index !== undefined) yield { index, bytes: object.bytes }
      found = true
      at += 1
    }
  }
  if (!found) throw notALedger(commit)
}

/** Somebody's branch of another kind: a ledger must not be begun on top of it. */
const notALedger = (commit: CommitId): DeniedError =>
  new DeniedError([
    {
      code: 'ledger/not-a-ledger',
      subject: `commit ${commit}`,
      message: 'the branch that should be the ledger has no entries in it',
      remedy:
        'name the right environment and repository; if somebody took the name, rename that branch',
    },
  ])

/** What lies in the branch and is no part of a ledger. */
export async function foreignIn(
  repository: TreeReader,
  commit: CommitId,
): Promise<readonly Finding[]> {
  const foreign: string[] = []
  for await (const folder of walkEntries(repository, commit, 0)) {
    foreign.push(...folder.foreign)
    if (foreign.length >= MAX_REMARKS) break
  }
  return foreign.slice(0, MAX_REMARKS).map(foreignPath)
}

/** Paths of what lies where entries from an index on would lie: the next append takes their place. */
export async function placesFrom(
  repository: TreeReader,
  commit: CommitId | null,
  index: number,
): Promise<string[]> {
  if (commit === null) return []
  const paths: string[] = []
  for await (const { entries } of walkEntries(repository, commit, index)) {
    const junk = entries.filter((entry) => entry.index >= index)
    paths.push(...junk.map((entry) => [ENTRIES, ...placeOf(entry.index)].join('/')))
  }
  return paths
}
