import { type CommitId, InputError, commitId } from '@bulkhead/vocabulary'
import { linksOf } from './commit-links.ts'
import { type Git, expectCode } from './git-command.ts'
import type { ObjectReader } from './object-reader.ts'
import { readInWindows } from './read-in-windows.ts'
import type { Range, ReadCommit } from './repository.ts'

/** Commits named in one finding about an incomplete range; the rest is counted. */
const NAMED = 5
/** Commits looked at to explain a failure. */
const MAX_WALK = 100_000

/** Whether `ancestor` is `of` or reachable from it. @throws WorldError `git/failed` */
export async function isAncestor(git: Git, ancestor: CommitId, of: CommitId): Promise<boolean> {
  if (ancestor === of) return true
  const args = ['merge-base', '--is-ancestor', '--end-of-options', ancestor, of]
  return (await expectCode(git, args, [0, 1])).code === 0
}

/** Whether HEAD or any ref is `commit` or descends from it. @throws WorldError `git/failed` */
export async function isReachable(git: Git, commit: CommitId): Promise<boolean> {
  const refs = ['for-each-ref', '--count=1', '--format=%(refname)', `--contains=${commit}`]
  if ((await expectCode(git, refs)).stdout.length > 0) return true
  // An unborn HEAD is code 128, and leads nowhere.
  const head = ['merge-base', '--is-ancestor', '--end-of-options', commit, 'HEAD']
  return (await expectCode(git, head, [0, 1, 128])).code === 0
}

/**
 * Every commit of the range with its bytes, oldest first, each read once. git only proposes the list.
 * At the end it is proven from the bytes themselves that nothing is missing: the head was in it, and
 * each parent of each commit was in it or is an ancestor of the base. And that nothing was too much:
 * each commit but the head is a parent of another. Who stops early knows nothing of the range.
 * @throws InputError `git/incomplete-range`, `git/malformed-object`
 * @throws WorldError `git/missing-object`, `git/failed`
 */
export async function* readRange(
  git: Git,
  reader: ObjectReader,
  range: Range,
): AsyncGenerator<ReadCommit> {
  const { base, head } = range
  for (const end of base === null ? [head] : [base, head]) linksOf(end, await bytesOf(reader, end))
  const list = await proposeCommits(git, range).catch(async (error: unknown) => {
    await findBrokenCommit(reader, range)
    throw error
  })
  if (list.length === 0) {
    if (base !== null && (await isAncestor(git, head, base))) return
    throw incompleteRange(range, [head])
  }
  const proof = new RangeProof(list)
  for await (const commit of readInWindows(reader, list)) {
    proof.add(commit)
    yield commit
  }
  if (!proof.connects(head)) throw incompleteRange(range, [head])
  const missing = await notBehind(git, reader, proof.outside(), base)
  if (missing.length > 0) throw incompleteRange(range, missing)
}

async function proposeCommits(git: Git, { base, head }: Range): Promise<readonly CommitId[]> {
  const ends = base === null ? [head] : [head, `^${base}`]
  const args = ['rev-list', '--topo-order', '--reverse', '--end-of-options', ...ends]
  const { stdout } = await expectCode(git, args)
  const lines = stdout.toString('latin1').split('\n')
  return lines.filter((line) => line !== '').map(commitId)
}

/**
 * Walks the raw parents when git gives up, so that the commit at fault is named.
 * @throws InputError `git/malformed-object`
 * @throws WorldError `git/missing-object`
 */
async function findBrokenCommit(reader: ObjectReader, { base, head }: Range): Promise<void> {
  const queue = [head]
  const seen = new Set<CommitId | null>([base, head])
  for (const id of queue) {
    if (queue.length > MAX_WALK) return
    for (const parent of linksOf(id, await bytesOf(reader, id)).parents) {
      if (!seen.has(parent)) queue.push(parent)
      seen.add(parent)
    }
  }
}

/** Gathers from the bytes how the commits of a list hang together. */
class RangeProof {
  /** Each listed commit, and whether it is a parent of another one. */
  readonly #isParent: Map<string, boolean>
  readonly #distinct: boolean
  readonly #outside = new Set<CommitId>()
  #parents = 0

  constructor(list: readonly CommitId[]) {
    this.#isParent = new Map(list.map((id) => [id, false]))
    this.#distinct = this.#isParent.size === list.length
  }

  add({ id, object }: ReadCommit): void {
    for (const parent of linksOf(id, object.bytes).parents) {
      const seen = this.#isParent.get(parent)
      if (seen === undefined) this.#outside.add(parent)
      else if (!seen) {
        this.#isParent.set(parent, true)
        this.#parents += 1
      }
    }
  }

  /** Whether the head is listed, and every listed commit but one is a listed parent. */
  connects(head: CommitId): boolean {
    return this.#distinct && this.#isParent.has(head) && this.#parents === this.#isParent.size - 1
  }

  /** Parents that are not in the list. */
  outside(): readonly CommitId[] {
    return [...this.#outside]
  }
}

/** Those of `parents` that are not reachable from `base`. */
async function notBehind(
  git: Git,
  reader: ObjectReader,
  parents: readonly CommitId[],
  base: CommitId | null,
): Promise<readonly CommitId[]> {
  if (base === null) return parents
  const others = parents.filter((parent) => parent !== base)
  if (others.length === 0) return []
  const known = await Promise.all(others.map(async (id) => (await reader.find(id)) !== undefined))
  const absent = others.filter((_, index) => known[index] !== true)
  if (absent.length > 0) return absent
  const probe = ['rev-list', '--max-count=1', '--stdin']
  const { stdout } = await expectCode(git, probe, [0], [...others, `^${base}`, ''].join('\n'))
  if (stdout.length === 0) return []
  // rev-list may over-report when committer dates run backwards, so each one is asked exactly.
  const missing: CommitId[] = []
  for (const parent of others) if (!(await isAncestor(git, parent, base))) missing.push(parent)
  return missing
}

async function bytesOf(reader: ObjectReader, id: CommitId): Promise<Buffer> {
  const { type, bytes } = await reader.readObject(id)
  if (type === 'commit') return bytes
  throw new InputError({
    code: 'git/unknown-revision',
    subject: id,
    message: `is a ${type}, not a commit`,
    remedy: 'name a commit',
  })
}

function incompleteRange({ base, head }: Range, missing: readonly CommitId[]): InputError {
  const more = missing.length > NAMED ? ` and ${missing.length - NAMED} more` : ''
  return new InputError({
    code: 'git/incomplete-range',
    subject: `${base ?? ''}..${head}`,
    message: `history does not connect at ${missing.slice(0, NAMED).join(', ')}${more}`,
    remedy: 'fetch the whole history (`git fetch --unshallow origin`); if it stays, run `git fsck`',
  })
}
