import { dirname, join } from 'node:path'
import type { Repository } from '@bulkhead/git'
import { type CommitId, WorldError, commitId } from '@bulkhead/vocabulary'
import { type RunProcess, runProcess } from '@bulkhead/world'
import type { AppendOutcome, AppendRequest, LedgerStore, StorePosition } from '../ledger-store.ts'
import { storeFailed } from '../store-findings.ts'
import { foreignIn, placesFrom, readEntries } from './branch-reading.ts'
import { type BranchFile, type BranchMove, branchFile } from './branch-file.ts'
import { messageOf } from './commit-message.ts'
import { type Git, gitIn } from './git-command.ts'
import { checkedName } from './layout.ts'
import { newObject } from './git-objects.ts'
import { holdsCommit, readTip, refuseUnfetched } from './local-branch.ts'
import { type ObjectDisk, objectDisk } from './object-disk.ts'
import { type RemoteBranch, remoteBranch } from './remote-branch.ts'
import { type ObjectPlace, storeObjects } from './store-objects.ts'
import { type TreeReader, growTree } from './tree-growth.ts'

export interface GitLedgerStoreOptions {
  readonly repository: TreeReader & Pick<Repository, 'findTip' | 'gitDirectory' | 'readFile'>
  readonly environment: string
  /**
   * Name or address of the repository that decides races between machines: every append is pushed
   * there first. Without it the log is of this repository alone.
   */
  readonly remote?: string
  readonly run?: RunProcess
  readonly disk?: ObjectDisk
}

/**
 * A ledger on the orphan branch `ledger/<environment>`, one commit an append. Races are decided by
 * git's own compare-and-swap of the ref; objects of a lost race are left to git's garbage collection.
 * @throws InputError `usage/invalid-option` for an environment whose name cannot be part of a ref
 */
export function gitLedgerStore(options: GitLedgerStoreOptions): LedgerStore {
  const { repository, environment, remote } = options
  const ref = `refs/heads/ledger/${checkedName(environment)}`
  const refFolder = join(repository.gitDirectory, dirname(ref))
  const git = gitIn(repository.gitDirectory, options.run ?? runProcess)
  const file = branchFile(repository.gitDirectory, ref, git)
  const objects: ObjectPlace = {
    folder: join(repository.gitDirectory, 'objects'),
    disk: options.disk ?? objectDisk,
    git,
    format: repository.objectFormat,
  }
  const tip = async () => (await repository.findTip(ref)) ?? (await readTip(git, ref))
  const upstream = remote === undefined ? undefined : remoteBranch(git, remote, ref, tip)
  const head = async (): Promise<StorePosition> => {
    const there = upstream === undefined ? null : await upstream.fetch()
    const here = there ?? (await tip())
    if (here === null) await refuseUnfetched(git, ref)
    return upstream === undefined ? { tip: here } : { tip: here, remote: there }
  }
  const commitAt = async (at?: StorePosition) => commitOf(at ?? (await head()))
  return {
    head,
    async *read(from, at) {
      const commit = await commitAt(at)
      if (commit !== null) yield* readEntries(repository, commit, from)
    },
    async append(request) {
      const commit = await storeCommit(repository, objects, request)
      const outcome = await publish({ git, ref, file, upstream }, commit, request.expected)
      // git flushes the file of the branch, and not its name in the folder.
      if (outcome.kind === 'appended') await objects.disk.settle(refFolder)
      return outcome
    },
    async readFile(path, at) {
      const commit = await commitAt(at)
      return commit === null ? undefined : (await repository.readFile(commit, path))?.bytes
    },
    async inspect() {
      const commit = await commitAt()
      return commit === null ? [] : foreignIn(repository, commit)
    },
  }
}

const commitOf = ({ tip }: StorePosition): CommitId | null => (tip === null ? null : commitId(tip))

/** Stores objects that nothing points to yet: a crash from here to the ref's move leaves the log as it was. */
async function storeCommit(
  repository: TreeReader,
  place: ObjectPlace,
  request: AppendRequest,
): Promise<CommitId> {
  const { entries, at } = request
  const parent = commitOf(request.expected)
  const junk = await placesFrom(repository, parent, entries[0]?.index ?? 0)
  const removed = [...(request.removed ?? []), ...junk]
  const objects = await growTree(repository, parent, { ...request, removed })
  const seconds = Math.floor(Date.parse(at) / 1_000)
  const who = `bulkhead-ledger <ledger@bulkhead.dev> ${seconds} +0000`
  const text = [
    `tree ${objects.at(-1)?.id ?? ''}`,
    ...(parent === null ? [] : [`parent ${parent}`]),
    `author ${who}`,
    `committer ${who}`,
    '',
    ...messageOf(request),
    '',
  ]
  const commit = newObject('commit', Buffer.from(text.join('\n')), repository.objectFormat)
  await storeObjects(place, [...objects, commit])
  return commitId(commit.id)
}

interface Branch {
  readonly git: Git
  readonly ref: string
  readonly file: BranchFile
  readonly upstream: RemoteBranch | undefined
}

async function publish(
  branch: Branch,
  commit: CommitId,
  expected: StorePosition,
): Promise<AppendOutcome> {
  const { git, ref, upstream } = branch
  const before = expected.tip ?? '0'.repeat(commit.length)
  if (upstream === undefined) return publishHere(branch, commit, expected)
  const there = expected.remote ?? null
  const pushed = await upstream.push(commit, there === null ? null : commitId(there))
  if (pushed.kind === 'lost-race') return pushed
  // The log is where it was pushed; the local branch only follows, and another process may be first.
  await git(['update-ref', ref, commit, before])
  return { kind: 'appended', position: { tip: commit, remote: commit } }
}

async function publishHere(
  { git, ref, file }: Branch,
  commit: CommitId,
  { tip }: StorePosition,
): Promise<AppendOutcome> {
  const appended = { kind: 'appended', position: { tip: commit } } as const
  const move: BranchMove =
    tip === null ? { kind: 'left-to-git' } : await file.move(commit, commitId(tip))
  if (move.kind === 'moved') return appended
  if (move.kind === 'elsewhere') return { kind: 'lost-race' }
  if (move.kind === 'held') return { kind: 'lost-race', held: move.why }
  const failure = move.kind === 'unknown' ? move.why : await moveByGit(git, ref, commit, tip)
  if (failure === null) return appended
  // The answer may be lost after the ref was moved, and others may have gone on from there.
  const now = await readTip(git, ref)
  if (now === commit || (now !== null && (await holdsCommit(git, now, commit)))) return appended
  if (now !== tip) return { kind: 'lost-race' }
  const locked = /cannot lock ref|File exists|reference already exists/.test(failure)
  if (locked) return { kind: 'lost-race', held: failure }
  throw storeFailed(ref, failure)
}

/** @returns what git said against it; null when it is done */
async function moveByGit(
  git: Git,
  ref: string,
  commit: CommitId,
  tip: string | null,
): Promise<string | null> {
  const args = ['update-ref', '-m', 'ledger', ref, commit, tip ?? '0'.repeat(commit.length)]
  try {
    const { code, stderr } = await git(args)
    return code === 0 ? null : stderr
  } catch (error) {
    if (error instanceof WorldError) return error.message
    throw error
  }
}
