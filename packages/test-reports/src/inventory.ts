import { createHash } from 'node:crypto'
import { type Digest, type Finding, digest } from '@bulkhead/vocabulary'
import { confusion } from './confusing-text.ts'
import { remark } from './remarks.ts'
import { idKey, idLabel } from './test-identity.ts'
import type { TestId } from './test-run.ts'

/** A file of the repository that a suite's tests are made of. */
export interface TestFile {
  /** From the top of the repository, with `/`. */
  readonly path: string
  /** SHA-256 of the content of its blob. */
  readonly digest: Digest
}

/**
 * The exact list of test ids that a mandatory suite must run (DESIGN §2), and the files that its
 * tests are made of. Both sorted, without repeats. An inventory of version 1 lists no files.
 */
export interface Inventory {
  readonly suite: string
  readonly files: readonly TestFile[]
  readonly tests: readonly TestId[]
}

/** By file, class, name and leg, each by UTF-16 code units: the same on every machine. */
function compareIds(a: TestId, b: TestId): number {
  for (const part of ['file', 'className', 'name', 'leg'] as const) {
    const [one = '', other = ''] = [a[part], b[part]]
    if (one !== other) return one < other ? -1 : 1
  }
  return 0
}

const byKey = (ids: Iterable<TestId>): Map<string, TestId> =>
  new Map(Iterator.from(ids).map((id) => [idKey(id), id]))

const sortIds = (ids: Iterable<TestId>): TestId[] => [...ids].sort(compareIds)

/** Every reason why an id must not be required: it has no name, or could be mistaken for another. */
export function judgeId(id: TestId): Finding[] {
  const parts = [
    ['file', id.file],
    ['class', id.className],
    ['name', id.name],
  ] as const
  const confusing = parts.flatMap(([part, text]) => {
    const why = confusion(text)
    return why === undefined
      ? []
      : [remark('test/confusing-name', idLabel(id), `its ${part} ${why}`)]
  })
  if (id.name !== '') return confusing
  return [...confusing, remark('test/unnamed', idLabel(id), 'a test has no name')]
}

/** An inventory of the tests that ran. Whether its ids are fit is for {@link judgeId}. */
export function makeInventory(
  suite: string,
  ids: Iterable<TestId>,
  files: Iterable<TestFile> = [],
): Inventory {
  const byPath = new Map(Iterator.from(files).map((file) => [file.path, file]))
  return {
    suite,
    files: [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
    tests: sortIds(byKey(ids).values()),
  }
}

/** The union of ids: what the trusted ref requires and what the head requires (DESIGN §10). */
export const uniteTests = (...lists: readonly (readonly TestId[])[]): readonly TestId[] =>
  sortIds(byKey(lists.flat()).values())

/** How the tests that ran differ from the required ones. Each list is sorted, each id once. */
export interface InventoryDifference {
  readonly missing: readonly TestId[]
  readonly unlisted: readonly TestId[]
  /** Ids that ran more than once. */
  readonly duplicate: readonly TestId[]
}

/** Compares ids exactly; nothing is a wildcard. */
export function diffInventory(
  required: Iterable<TestId>,
  ran: Iterable<TestId>,
): InventoryDifference {
  const wanted = byKey(required)
  const seen = new Map<string, TestId>()
  const twice = new Map<string, TestId>()
  for (const id of ran) {
    const key = idKey(id)
    if (seen.has(key)) twice.set(key, id)
    seen.set(key, id)
  }
  const without = (ids: Map<string, TestId>, others: Map<string, TestId>) =>
    sortIds([...ids].flatMap(([key, id]) => (others.has(key) ? [] : [id])))
  return {
    missing: without(wanted, seen),
    unlisted: without(seen, wanted),
    duplicate: sortIds(twice.values()),
  }
}

/** SHA-256 over the sorted ids, one `idKey` a line: the same for equal sets of ids. */
export function inventoryDigest(ids: Iterable<TestId>): Digest {
  const hash = createHash('sha256')
  for (const id of sortIds(byKey(ids).values())) hash.update(`${idKey(id)}\n`)
  return digest(`sha256:${hash.digest('hex')}`)
}
