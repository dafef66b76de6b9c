import { type CommitId, type TreeId, commitId, treeId } from '@bulkhead/vocabulary'
import { type CommitHeader, splitHeaders } from './commit-headers.ts'
import { emailIn, utf8 } from '../identity.ts'
import { type Reading, read, refuse } from '../refusal.ts'

/** A commit, read strictly, with its signature set apart from what is signed. */
export interface CommitObject {
  readonly tree: TreeId
  readonly parents: readonly CommitId[]
  /** Email of the author; undefined when its bytes are not UTF-8. Nobody vouches for it. */
  readonly author: string | undefined
  /** Email of the committer; undefined when its bytes are not UTF-8, so that nobody can match it. */
  readonly committer: string | undefined
  readonly signature: CommitSignature | undefined
}

export interface CommitSignature {
  /** Lines of the armor, joined by line feeds. */
  readonly armor: string
  /** What was signed: the object's own bytes without the signature header, in pieces. */
  readonly payload: readonly Buffer[]
}

/** Headers larger than this are nobody's honest commit. */
const MAX_HEADERS = 1024 * 1024
const OBJECT_ID = { sha1: /^[0-9a-f]{40}$/, sha256: /^[0-9a-f]{64}$/ } as const
/** gitformat-signature(5): each object format has a signature header of its own. */
const SIGNATURE_HEADER = { sha1: 'gpgsig', sha256: 'gpgsig-sha256' } as const

/**
 * Reads raw commit bytes by the form that git writes: tree, parents, author, committer, then any
 * other headers, a blank line, the message. Stricter than git, which skips what it does not expect
 * and so shows one commit where another tool shows another.
 */
export function readCommit(bytes: Buffer, objectFormat: 'sha1' | 'sha256'): Reading<CommitObject> {
  const end = bytes.indexOf('\n\n')
  if (end < 0) return malformed('has no blank line after its headers')
  if (end > MAX_HEADERS) return malformed('has more than 1 MiB of headers')
  // git shows a message up to the first NUL only: what follows would be signed, yet seen by nobody.
  if (bytes.includes(0)) return malformed('contains a NUL byte')
  const headers = splitHeaders(bytes.toString('latin1', 0, end + 1))
  if (headers.kind === 'refused') return headers
  const rest = readFixedHeaders(headers.value, objectFormat)
  if (rest.kind === 'refused') return rest
  const signature = readSignature(bytes, rest.value.others, objectFormat)
  if (signature.kind === 'refused') return signature
  const { author, committer, tree, parents } = rest.value
  const people = { author: utf8(author), committer: utf8(committer) }
  return read({ tree, parents, ...people, signature: signature.value })
}

interface FixedHeaders extends Pick<CommitObject, 'tree' | 'parents'> {
  /** latin1 */
  readonly author: string
  /** latin1 */
  readonly committer: string
  readonly others: readonly CommitHeader[]
}

const FIXED = new Set(['tree', 'parent', 'author', 'committer'])

function readFixedHeaders(
  headers: readonly CommitHeader[],
  objectFormat: 'sha1' | 'sha256',
): Reading<FixedHeaders> {
  const isId = (value: string | undefined) => OBJECT_ID[objectFormat].test(value ?? '')
  const [first, ...afterTree] = headers
  const tree = first?.lines[0]
  if (first?.name !== 'tree' || tree === undefined || !isId(tree))
    return malformed('does not begin with its tree')
  const count = afterTree.findIndex(({ name }) => name !== 'parent')
  const parents = afterTree.slice(0, Math.max(count, 0)).map(({ lines }) => lines[0] ?? '')
  if (!parents.every(isId)) return malformed('has a malformed parent')
  const [author, committer, ...others] = afterTree.slice(parents.length)
  const wrote = author?.name === 'author' ? emailOf(author) : undefined
  if (wrote === undefined) return malformed('has no well-formed author after its parents')
  const email = committer?.name === 'committer' ? emailOf(committer) : undefined
  if (email === undefined) return malformed('has no well-formed committer after its author')
  const again = others.find(({ name }) => FIXED.has(name))
  if (again !== undefined) return malformed(`has a further ${again.name} after its committer`)
  const links = { tree: treeId(tree), parents: parents.map(commitId) }
  return read({ ...links, author: wrote, committer: email, others })
}

const emailOf = (header: CommitHeader): string | undefined => emailIn(header.lines[0] ?? '')

/**
 * git leaves every header that begins with `gpgsig` out of what is signed: one of another name would
 * be unsigned data inside a signed commit.
 */
function readSignature(
  bytes: Buffer,
  headers: readonly CommitHeader[],
  objectFormat: 'sha1' | 'sha256',
): Reading<CommitSignature | undefined> {
  const found = headers.filter(({ name }) => name.startsWith('gpgsig'))
  const known: readonly string[] = Object.values(SIGNATURE_HEADER)
  const strange = found.find(({ name }) => !known.includes(name))
  if (strange !== undefined) {
    return refuse('signature/malformed', 'has an unknown header that begins with gpgsig')
  }
  if (found.length > 1) return refuse('signature/multiple', `carries ${found.length} signatures`)
  const [only] = found
  if (only === undefined) return read(undefined)
  if (only.name !== SIGNATURE_HEADER[objectFormat]) {
    return refuse('signature/unsigned', 'is signed only in the form of another object format')
  }
  const payload = [bytes.subarray(0, only.start), bytes.subarray(only.end)]
  return read({ armor: only.lines.join('\n'), payload })
}

const malformed = (what: string) => refuse('git/malformed-object', what)
