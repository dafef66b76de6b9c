import type { Repository } from '@bulkhead/git'
import { type CommitId, type Finding, InputError, commitId } from '@bulkhead/vocabulary'
import { type TagJudgement, judgeTag } from './judge-tag.ts'
import type { TrustedSigners } from '../signature-format.ts'
import { tagRemedyFor } from './tag-remedies.ts'

/** What is said of one ref below `refs/tags/`. */
export interface TagVerdict {
  /** Full name of the ref. */
  readonly ref: string
  /** The commit that it comes to; undefined when it comes to none that may be judged. */
  readonly commit: CommitId | undefined
  /** The tag, then each tag that it names in turn; empty for a lightweight tag. */
  readonly tags: readonly TagJudgement[]
  /** What concerns the ref itself; what concerns one tag object is with it. */
  readonly findings: readonly Finding[]
}

export interface VerifyTagRequest extends TrustedSigners {
  readonly repository: Pick<Repository, 'refTarget' | 'readObject'>
  /** `refs/tags/NAME`, in full: a branch may bear the same short name. */
  readonly ref: string
  /** Id of the object that the ref must be judged as, when the caller has it from elsewhere. */
  readonly object?: string | undefined
  /** The commit that the tag must come to. */
  readonly expected?: CommitId | undefined
  /** When the tag reached us, in milliseconds since the epoch. */
  readonly receiptTime: number
}

/** Tags of tags deeper than this are nobody's honest release. */
const MAX_TAGS = 8
const PREFIX = 'refs/tags/'

/**
 * Judges a tag and every tag that it names on the way to its commit.
 * @throws InputError `git/unknown-revision` when there is no such tag
 * @throws WorldError when objects cannot be read
 */
export async function verifyTag(request: VerifyTagRequest): Promise<TagVerdict> {
  const { repository, ref } = request
  const start = request.object ?? (await repository.refTarget(ref))
  if (!ref.startsWith(PREFIX) || start === undefined) throw unknownTag(ref)
  const tags: TagJudgement[] = []
  const name = ref.slice(PREFIX.length)
  for (let [id, expected] = [start, 'any']; tags.length <= MAX_TAGS;) {
    const { type, bytes } = await repository.readObject(id)
    const wrong = objectToTarget(request, { id, type, expected, depth: tags.length })
    if (wrong !== undefined) return { ref, commit: undefined, tags, findings: [wrong] }
    if (type === 'commit') return conclude(request, tags, commitId(id))
    const named = tags.length === 0 ? name : undefined
    const { judgement, target } = judgeTag({ ...request, tag: id, bytes, name: named })
    tags.push(judgement)
    if (target === undefined) return { ref, commit: undefined, tags, findings: [] }
    ;[id, expected] = [target.object, target.type]
  }
  const message = `is a tag of a tag more than ${MAX_TAGS} deep`
  return { ref, commit: undefined, tags, findings: [wrongTarget(request, message)] }
}

function conclude(
  request: VerifyTagRequest,
  tags: readonly TagJudgement[],
  commit: CommitId,
): TagVerdict {
  const { ref, expected, rules } = request
  const findings: Finding[] = []
  if (expected !== undefined && expected !== commit) {
    findings.push(wrongTarget(request, `comes to the commit ${commit}, not to ${expected}`))
  }
  if (tags.length === 0 && rules?.tags !== 'any') {
    const message = 'is a lightweight tag: a name that anybody can move, which nobody signed'
    findings.push(findingOf(request, 'signature/tag-unsigned', message, commit))
  }
  return { ref, commit, tags, findings }
}

interface Found {
  readonly id: string
  readonly type: string
  /** What the tag before says that it is. */
  readonly expected: string
  readonly depth: number
}

/** Only commits are released; and what a tag says of its object must be so, or tools part ways. */
function objectToTarget(request: VerifyTagRequest, found: Found): Finding | undefined {
  const { id, type, expected, depth } = found
  if (depth > 0 && type !== expected) {
    return wrongTarget(request, `says that ${id} is a ${expected}, but it is a ${type}`)
  }
  if (type === 'commit' || type === 'tag') return undefined
  return wrongTarget(request, `comes to the ${type} ${id}, not to a commit`)
}

const wrongTarget = (request: VerifyTagRequest, message: string): Finding =>
  findingOf(request, 'signature/tag-target', message, 'COMMIT')

function findingOf(
  { ref, allowedSigners }: VerifyTagRequest,
  code: 'signature/tag-target' | 'signature/tag-unsigned',
  message: string,
  target: string,
): Finding {
  const facts = {
    committer: '',
    emails: [],
    publicKey: '',
    openPgpKey: '',
    format: 'none',
  } as const
  const name = ref.slice(PREFIX.length)
  const remedy = tagRemedyFor(code, { ...facts, name, target, signersPath: allowedSigners.path })
  return { code, subject: ref, message, remedy }
}

const unknownTag = (ref: string): InputError =>
  new InputError({
    code: 'git/unknown-revision',
    subject: ref,
    message: 'is no tag in this clone',
    remedy: 'check the spelling (`git tag --list`), or fetch it: `git fetch --tags origin`',
  })
