import { createHash } from 'node:crypto'
import type { FileState } from '@bulkhead/gate'
import type { Repository } from '@bulkhead/git'
import { type CommitId, type Digest, commitId, digest } from '@bulkhead/vocabulary'

export interface FileStatesRequest {
  readonly trusted: CommitId
  readonly head: CommitId
  readonly paths: Iterable<string>
  /** The principal who signed a commit of the range, where one was found. */
  readonly signerOf: (commit: CommitId) => string | undefined
}

/** How many files are looked up at a time. */
const WINDOW = 64

/** What files are in two commits, and who had a hand in those that differ. */
export async function readFileStates(
  repository: Repository,
  request: FileStatesRequest,
): Promise<readonly FileState[]> {
  const paths = [...new Set(request.paths)].sort()
  const states: FileState[] = []
  for (let start = 0; start < paths.length; start += WINDOW) {
    const window = paths.slice(start, start + WINDOW)
    states.push(...(await Promise.all(window.map((path) => stateOf(repository, request, path)))))
  }
  return states
}

async function stateOf(
  repository: Repository,
  request: FileStatesRequest,
  path: string,
): Promise<FileState> {
  const [trusted, head] = await Promise.all([
    digestAt(repository, request.trusted, path),
    digestAt(repository, request.head, path),
  ])
  const editors = trusted === head ? [] : await editorsOf(repository, request, path)
  return { path, trusted, head, editors }
}

/** SHA-256 of a regular file's content in a commit; null when there is none. */
export async function digestAt(
  repository: Repository,
  commit: CommitId,
  path: string,
): Promise<Digest | null> {
  const file = await repository.readFile(commit, path)
  return file === undefined ? null : digestOfBytes(file.bytes)
}

export const digestOfBytes = (bytes: Uint8Array): Digest =>
  digest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`)

async function editorsOf(
  repository: Repository,
  { trusted, head, signerOf }: FileStatesRequest,
  path: string,
): Promise<readonly string[]> {
  const editors = new Set<string>()
  for (const commit of await repository.listCommits({ base: trusted, head })) {
    const text = (await repository.readObject(commit)).bytes.toString()
    if (!(await changesFile(repository, { commit, text, path }))) continue
    for (const person of peopleOf(text)) editors.add(person)
    const signer = signerOf(commit)
    if (signer !== undefined) editors.add(signer)
  }
  return [...editors].sort()
}

/** Whether the file differs from that of any parent: a merge that takes one side changes the other. */
async function changesFile(
  repository: Repository,
  {
    commit,
    text,
    path,
  }: { readonly commit: CommitId; readonly text: string; readonly path: string },
): Promise<boolean> {
  const own = (await repository.readFile(commit, path))?.blob
  const parents = parentsOf(text)
  if (parents.length === 0) return own !== undefined
  const theirs = await Promise.all(parents.map((parent) => repository.readFile(parent, path)))
  return theirs.some((file) => file?.blob !== own)
}

const headOf = (text: string): string => text.slice(0, Math.max(0, text.indexOf('\n\n')))

const parentsOf = (text: string): readonly CommitId[] =>
  [...headOf(text).matchAll(/^parent ([0-9a-f]{40,64})$/gm)].map(([, id]) => commitId(id ?? ''))

/** Addresses of author and committer, and of those whom the message names as co-authors. */
function peopleOf(text: string): readonly string[] {
  const head = headOf(text).matchAll(/^(?:author|committer) .*<([^<>\n]*)>/gm)
  const trailers = text.matchAll(/^co-authored-by:.*<([^<>\n]*)>/gim)
  return [...head, ...trailers].flatMap(([, address]) => (address === undefined ? [] : [address]))
}
