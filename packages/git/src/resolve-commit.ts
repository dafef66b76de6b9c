import { type CommitId, InputError, commitId, isObjectId } from '@bulkhead/vocabulary'
import { type Git, expectCode } from './git-command.ts'
import type { ObjectReader } from './object-reader.ts'

/** Tags of tags deeper than this are refused. */
const MAX_PEEL = 8
/** Objects looked at that share one short id. */
const MAX_SAME = 16
const MAX_REVISION = 1_024
/** What git itself would write: no control bytes, no spaces, no `..`, no leading dash or colon. */
const REVISION = /^(?![-:])(?!.*\.\.)[^\0-\x20\x7f]+$/
/** The name, then what is applied to it: `~2`, `^`, `@{upstream}`. */
const PARTS = /^(.+?)((?:[~^]|@\{).*)?$/
const PSEUDO_REF = /^(?:HEAD|FETCH_HEAD|ORIG_HEAD|MERGE_HEAD|CHERRY_PICK_HEAD|REVERT_HEAD)$/
const SHORT_ID = /^[0-9a-f]{4,63}$/

/**
 * A full id, or a revision, to a commit id. git would guess when a tag and a branch share a name
 * (the tag wins, silently for us), so a name that several refs answer to is refused.
 * @throws InputError `git/unknown-revision`
 */
export async function resolveRevision(
  git: Git,
  reader: ObjectReader,
  revision: string,
): Promise<CommitId> {
  if (isObjectId(revision)) {
    const commit = await peelToCommit(reader, revision)
    if (commit === undefined) throw unknownRevision(revision, 'no such commit in this clone')
    return commit
  }
  if (revision.length > MAX_REVISION || !REVISION.test(revision)) {
    throw unknownRevision(revision, 'is not the name of one commit')
  }
  const [, name = revision, suffix = ''] = PARTS.exec(revision) ?? []
  const full = await fullName(git, reader, revision, name)
  const id = await revParse(git, `${full}${suffix}^{commit}`)
  if (id === undefined) throw unknownRevision(revision, 'names no commit in this clone')
  return id
}

/** The commit that exactly this ref points to. @throws WorldError `git/failed` */
export async function resolveRef(
  git: Git,
  reader: ObjectReader,
  ref: string,
): Promise<CommitId | undefined> {
  const target = await targetOfRef(git, ref)
  return target === undefined ? undefined : peelToCommit(reader, target)
}

/** The object that exactly this ref points to, tags not followed. @throws WorldError `git/failed` */
export async function targetOfRef(git: Git, ref: string): Promise<string | undefined> {
  if (!(ref === 'HEAD' || ref.startsWith('refs/')) || !REVISION.test(ref)) return undefined
  const args = ['show-ref', '--verify', '--quiet', '--hash', '--', ref]
  if ((await expectCode(git, args, [0, 1])).code === 1) return undefined
  const shown = await expectCode(git, ['show-ref', '--verify', '--hash', '--', ref])
  const id = shown.stdout.toString('latin1').trim()
  return isObjectId(id) ? id : undefined
}

/** The one full name that `name` stands for. @throws InputError when there are several, or none */
async function fullName(
  git: Git,
  reader: ObjectReader,
  revision: string,
  name: string,
): Promise<string> {
  if (name === '@' || PSEUDO_REF.test(name)) return name === '@' ? 'HEAD' : name
  const refs = await refsNamed(git, name)
  const exact = refs.find((ref) => ref === name)
  if (exact !== undefined) return exact
  const all = [...refs, ...(SHORT_ID.test(name) ? await idsFrom(git, reader, name) : [])]
  const [only, ...others] = all
  if (only === undefined) throw unknownRevision(revision, 'is no branch, tag or commit here')
  if (others.length === 0) return only
  throw new InputError({
    code: 'git/unknown-revision',
    subject: revision,
    message: `could mean any of ${all.join(', ')}`,
    remedy: `name the one you mean in full: ${all.join(' or ')}`,
  })
}

/** Refs that gitrevisions(7) would try for a name. */
async function refsNamed(git: Git, name: string): Promise<readonly string[]> {
  const tried = ['', 'refs/', 'refs/tags/', 'refs/heads/', 'refs/remotes/'].map((p) => p + name)
  const candidates = [...tried, `refs/remotes/${name}/HEAD`].filter((ref) =>
    ref.startsWith('refs/'),
  )
  const args = ['for-each-ref', '--format=%(refname)', '--', ...candidates.map(literally)]
  const existing = (await expectCode(git, args)).stdout.toString().split('\n')
  return candidates.filter((ref) => existing.includes(ref))
}

/** for-each-ref takes patterns; brackets and stars in a name stand for themselves. */
const literally = (ref: string): string => ref.replaceAll(/[*?[\\]/g, String.raw`\$&`)

/** Full ids of the commits and tags that begin with `prefix`. */
async function idsFrom(git: Git, reader: ObjectReader, prefix: string): Promise<readonly string[]> {
  const answer = await git(['rev-parse', `--disambiguate=${prefix}`])
  const ids = answer.stdout.toString('latin1').split('\n').filter(isObjectId).slice(0, MAX_SAME)
  const objects = await Promise.all(ids.map((id) => reader.find(id)))
  return ids.filter((_, at) => objects[at]?.type === 'commit' || objects[at]?.type === 'tag')
}

async function revParse(git: Git, expression: string): Promise<CommitId | undefined> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', expression]
  const { code, stdout } = await git(args)
  const text = stdout.toString('latin1').trim()
  return code === 0 && isObjectId(text) ? commitId(text) : undefined
}

/** Follows annotated tags to the commit; undefined for anything that is not one. */
async function peelToCommit(reader: ObjectReader, id: string): Promise<CommitId | undefined> {
  let current = id
  for (let depth = 0; depth < MAX_PEEL; depth += 1) {
    const object = await reader.find(current)
    if (object?.type === 'commit') return commitId(current)
    if (object?.type !== 'tag') return undefined
    const target = /^object ([0-9a-f]{40,64})\n/.exec(object.bytes.toString('latin1'))?.[1]
    if (target === undefined || !isObjectId(target)) return undefined
    current = target
  }
  return undefined
}

const unknownRevision = (revision: string, message: string): InputError =>
  new InputError({
    code: 'git/unknown-revision',
    subject: revision,
    message,
    remedy: 'check the spelling, or fetch it (`git fetch origin`) if it exists elsewhere',
  })
