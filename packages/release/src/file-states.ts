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
  /** Under which other names somebody of this address is known. */
  readonly namesOf: (address: string) => readonly string[]
}

/** How many files are looked up at a time. */
const WINDOW = 64

/** What files are in two commits, and who had a hand in those that differ. */
export async function readFileStates(
  repository: Repository,
  request: FileStatesRequest,
): Promise<readonly FileState[]> {
  const { trusted, head } = request
  const paths = [...new Set(request.paths)].sort()
  const states: Omit<FileState, 'editors'>[] = []
  for (let start = 0; start < paths.length; start += WINDOW) {
    const window = paths.slice(start, start + WINDOW).map(async (path) => ({
      path,
      trusted: await digestAt(repository, trusted, path),
      head: await digestAt(repository, head, path),
    }))
    states.push(...(await Promise.all(window)))
  }
  const changed = states.filter((state) => state.trusted !== state.head).map(({ path }) => path)
  const editors = await editorsOf(repository, request, changed)
  return states.map((state) => ({ ...state, editors: [...(editors.get(state.path) ?? [])].sort() }))
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

/** One changed file, while the range is read. */
interface Trail {
  readonly path: string
  /** Blob at the trusted ref; '' when there is no such file. */
  readonly trusted: string
  /** Blobs that commits of the range made. */
  readonly made: Set<string>
  readonly editors: Set<string>
}

/** Everybody with a hand in each of these files, in one pass over the range. */
async function editorsOf(
  repository: Repository,
  { trusted, head, signerOf, namesOf }: FileStatesRequest,
  paths: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  if (paths.length === 0) return new Map()
  const trails: Trail[] = []
  for (const path of paths) {
    const blob = await blobAt(repository, trusted, path)
    trails.push({ path, trusted: blob, made: new Set(), editors: new Set() })
  }
  for await (const { id, object } of repository.readRange({ base: trusted, head })) {
    const text = object.bytes.toString()
    const addresses = peopleOf(text)
    const people = [...addresses, ...addresses.flatMap(namesOf), signerOf(id) ?? '']
    for (const trail of trails)
      if (await edits(repository, trail, { id, parents: parentsOf(text) }))
        for (const person of people) if (person !== '') trail.editors.add(person)
  }
  return new Map(trails.map(({ path, editors }) => [path, editors]))
}

/**
 * Whether a commit edits a file: its content differs from that of any parent. A merge that only brings
 * what an earlier commit of the range made to a side that still has the trusted content is no edit, or
 * nobody who merges could approve. One that takes an older content, or mixes two, is.
 */
async function edits(
  repository: Repository,
  { path, trusted, made }: Trail,
  commit: { readonly id: CommitId; readonly parents: readonly CommitId[] },
): Promise<boolean> {
  const own = await blobAt(repository, commit.id, path)
  const theirs: string[] = []
  for (const parent of commit.parents) theirs.push(await blobAt(repository, parent, path))
  const others = theirs.filter((blob) => blob !== own)
  if (others.length === 0 && (theirs.length > 0 || own === '')) return false
  const brings = others.length < theirs.length && made.has(own)
  if (brings && others.every((blob) => blob === trusted)) return false
  made.add(own)
  return true
}

const blobAt = async (repository: Repository, commit: CommitId, path: string): Promise<string> =>
  (await repository.readFile(commit, path))?.blob ?? ''

const headOf = (text: string): string => text.slice(0, Math.max(0, text.indexOf('\n\n')))

const parentsOf = (text: string): readonly CommitId[] =>
  [...headOf(text).matchAll(/^parent ([0-9a-f]{40,64})$/gm)].map(([, id]) => commitId(id ?? ''))

/** Addresses of author and committer, and of those whom the message names as co-authors. */
export function peopleOf(text: string): readonly string[] {
  const head = headOf(text).matchAll(/^(?:author|committer) .*<([^<>\n]*)>/gm)
  const trailers = text.matchAll(/^co-authored-by:.*<([^<>\n]*)>/gim)
  return [...head, ...trailers].flatMap(([, address]) => (address === undefined ? [] : [address]))
}
