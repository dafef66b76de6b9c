import type { BlobId, CommitId, Finding, TreeId } from '@bulkhead/vocabulary'
import type { ChangedPath, PatchQuestion } from './changes.ts'
import type { Recomputation } from './recompute-merge.ts'

/** A stored object exactly as git keeps it: never re-serialised. */
export interface RawObject {
  readonly type: 'commit' | 'tree' | 'blob' | 'tag'
  readonly bytes: Buffer
}

export interface FileAtCommit {
  readonly path: string
  readonly blob: BlobId
  readonly bytes: Buffer
}

/** A commit as it was read. */
export interface ReadCommit {
  readonly id: CommitId
  readonly object: RawObject
}

/** Every commit reachable from `head` by any parent and not from `base`; `base` null means from the roots. */
export interface Range {
  readonly base: CommitId | null
  readonly head: CommitId
}

/**
 * One repository, read through a long-lived `git cat-file --batch`. Replace refs and grafts are
 * switched off for every read; {@link Repository.obstacles} says when the clone has them at all.
 */
export interface Repository {
  /** Top of the work tree, or the git directory of a bare repository. */
  readonly root: string
  /** The common git directory (shared by linked work trees). Our own files live in `bulkhead/` there. */
  readonly gitDirectory: string
  readonly objectFormat: 'sha1' | 'sha256'
  /** @throws InputError `git/unknown-revision` */
  resolveCommit(revision: string): Promise<CommitId>
  /** The commit a full ref name points to, or undefined when there is no such ref. */
  readRef(fullName: string): Promise<CommitId | undefined>
  /**
   * The same without a process of its own, for branches with plain names. Undefined is no answer:
   * {@link Repository.readRef} has it.
   */
  findTip(fullName: string): Promise<CommitId | undefined>
  /** Id of the object that a full ref name points to, tags not followed; undefined without such a ref. */
  refTarget(fullName: string): Promise<string | undefined>
  /** @throws WorldError `git/missing-object` */
  readObject(id: string): Promise<RawObject>
  /** A tree, or the like, that is soon read again: the last ones are remembered. */
  readAgain(id: string): Promise<RawObject>
  treeOf(commit: CommitId): Promise<TreeId>
  /** Undefined when the commit has no regular file at that path (symlinks and submodules are not files). */
  readFile(commit: CommitId, path: string): Promise<FileAtCommit | undefined>
  /**
   * Every commit of a range with its bytes, oldest first, in a stable topological order; memory does
   * not grow with the range. Only its end proves that the range was whole.
   * @throws InputError `git/incomplete-range`, `git/malformed-object`, while it is read
   */
  readRange(range: Range): AsyncIterable<ReadCommit>
  isAncestor(ancestor: CommitId, of: CommitId): Promise<boolean>
  /** Files that differ between two commits, with how much. */
  changes(base: CommitId, head: CommitId): Promise<readonly ChangedPath[]>
  /** Whether another commit has every change of a range, by ancestry or by equal patches. */
  hasPatches(question: PatchQuestion): Promise<boolean>
  /** Whether HEAD or any ref leads to a commit that this clone has. */
  isReachable(commit: CommitId): Promise<boolean>
  /**
   * The tree that merging two commits gives when nobody lends a hand, nobody's configuration and no
   * attributes are asked. Writes nothing to the repository.
   * @throws WorldError `git/failed` when an object is missing
   */
  recomputeMerge(ours: CommitId, theirs: CommitId): Promise<Recomputation>
  /** Reasons why no statement about history can be made from this clone: shallow, grafts, replace refs. */
  obstacles(): Promise<readonly Finding[]>
  /** Paths that differ from HEAD or are untracked and not ignored; empty when clean. */
  dirtyPaths(): Promise<readonly string[]>
  /** A value of git's configuration as seen from this repository (not the system's), undefined when unset. */
  configValue(key: string): Promise<string | undefined>
  close(): Promise<void>
}
