import { type Repository, readInWindows } from '@bulkhead/git'
import { type CommitId, InputError, commitId } from '@bulkhead/vocabulary'
import { type RunProcess, runProcess } from '@bulkhead/world'
import type { AppendRequest, LedgerStore, StorePosition, StoredEntry } from '../ledger-store.ts'
import { type Git, gitIn, storeFailed } from './git-command.ts'
import { newObject, packOf } from './git-objects.ts'
import { type RemoteBranch, remoteBranch } from './remote-branch.ts'
import { type TreeReader, growTree } from './tree-growth.ts'
import { walkEntries } from './tree-walk.ts'

export interface GitLedgerStoreOptions {
  readonly repository: TreeReader & Pick<Repository, 'gitDirectory' | 'readFile'>
  readonly environment: string
  /**
   * Name or address of the repository that decides races between machines: every append is pushed
   * there first. Without it the log is of this repository alone.
   */
  readonly remote?: string
  readonly run?: RunProcess
}

const ENVIRONMENT_NAME = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/
const MAX_FOREIGN = 100

/**
 * A ledger on the orphan branch `ledger/<environment>`, one commit an append. Races are decided by
 * git's own compare-and-swap of the ref; objects of a lost race are left to git's garbage collection.
 * @throws InputError `usage/invalid-option` for an environment whose name cannot be part of a ref
 */
export function gitLedgerStore(options: GitLedgerStoreOptions): LedgerStore {
  const { repository, environment, remote } = options
  const ref = `refs/heads/ledger/${checkedName(environment)}`
  const git = gitIn(repository.gitDirectory, options.run ?? runProcess)
  const upstream = remote === undefined ? undefined : remoteBranch(git, remote, ref)
  const head = async (): Promise<StorePosition> => {
    const there = await upstream?.fetch()
    return { commit: await readTip(git, ref), remote: there }
  }
  return {
    head,
    read: (from, at) => readEntries(repository, async () => at ?? (await head()), from),
    async append(request) {
      const commit = await storeCommit(repository, git, request)
      return publish({ git, ref, upstream }, commit, request.expected)
    },
    async readFile(path, at) {
      const { commit } = at ?? (await head())
      return commit === null ? undefined : (await repository.readFile(commit, path))?.bytes
    },
    async listForeign() {
      const { commit } = await head()
      const foreign: string[] = []
      if (commit === null) return foreign
      for await (const folder of walkEntries(repository, commit, 0)) foreign.push(...folder.foreign)
      return foreign.slice(0, MAX_FOREIGN)
    },
  }
}

function checkedName(environment: string): string {
  if (ENVIRONMENT_NAME.test(environment)) return environment
  throw new InputError({
    code: 'usage/invalid-option',
    subject: environment,
    message: 'cannot name a ledger branch',
    remedy: 'name environments with lower-case letters, digits and inner dashes, at most 64',
  })
}

async function readTip(git: Git, ref: string): Promise<CommitId | null> {
  const { code, stdout, stderr } = await git([
    'rev-parse',
    '--verify',
    '--quiet',
    `${ref}^{commit}`,
  ])
  if (code === 0) return commitId(stdout.trim())
  if (stderr.trim() === '') return null
  throw storeFailed(ref, stderr)
}

async function* readEntries(
  repository: TreeReader,
  position: () => Promise<StorePosition>,
  from: number,
): AsyncGenerator<StoredEntry> {
  const { commit } = await position()
  if (commit === null) return
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
      at += 1
    }
  }
}

/** Stores objects that nothing points to yet: a crash from here to the ref's move leaves the log as it was. */
async function storeCommit(
  repository: TreeReader,
  git: Git,
  request: AppendRequest,
): Promise<CommitId> {
  const { expected, entries, at } = request
  const objects = await growTree(repository, expected.commit, request)
  const seconds = Math.floor(Date.parse(at) / 1_000)
  const who = `bulkhead-ledger <ledger@bulkhead.dev> ${seconds} +0000`
  const text = [
    `tree ${objects.at(-1)?.id ?? ''}`,
    ...(expected.commit === null ? [] : [`parent ${expected.commit}`]),
    `author ${who}`,
    `committer ${who}`,
    '',
    `ledger: entries ${entries[0]?.index ?? 0} to ${entries.at(-1)?.index ?? 0}`,
    '',
  ]
  const commit = newObject('commit', Buffer.from(text.join('\n')), repository.objectFormat)
  const pack = packOf([...objects, commit], repository.objectFormat)
  const { code, stderr } = await git(['unpack-objects', '-q', '--strict'], pack)
  if (code !== 0) throw storeFailed('git unpack-objects', stderr)
  return commitId(commit.id)
}

interface Branch {
  readonly git: Git
  readonly ref: string
  readonly upstream: RemoteBranch | undefined
}

async function publish(
  branch: Branch,
  commit: CommitId,
  expected: StorePosition,
): ReturnType<LedgerStore['append']> {
  const { git, ref, upstream } = branch
  if (upstream !== undefined) {
    if ((await upstream.push(commit, expected.remote ?? null)) === 'lost-race') {
      return { kind: 'lost-race' }
    }
    // The log is where it was pushed; the local branch only follows, and another process may be first.
    await git(['update-ref', ref, commit, expected.commit ?? zeroOf(commit)])
    return { kind: 'appended', position: { commit, remote: commit } }
  }
  const args = ['update-ref', '-m', 'ledger', ref, commit, expected.commit ?? zeroOf(commit)]
  const { code, stderr } = await git(args)
  if (code === 0) return { kind: 'appended', position: { commit, remote: undefined } }
  const raced = /cannot lock ref|File exists|reference already exists/.test(stderr)
  if (raced || (await readTip(git, ref)) !== expected.commit) return { kind: 'lost-race' }
  throw storeFailed(ref, stderr)
}

/** An update from nothing: the ref must not exist. */
const zeroOf = (id: string): string => '0'.repeat(id.length)
