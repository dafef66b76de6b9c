import { readRegularFile } from '@bulkhead/world'
import { type CommitId, InputError, commitId, isObjectId } from '@bulkhead/vocabulary'

/**
 * What an event of GitHub says of commits. Everything is named by id: names move between the event
 * and the check, and `refs/pull/N/merge` is nobody's commit at all.
 */
export type GithubEvent =
  | {
      readonly kind: 'push'
      /** Full name. */
      readonly ref: string
      /** Where the ref was before; undefined when it is new. */
      readonly before: CommitId | undefined
      /** Id of the commit, or of the tag object. */
      readonly after: string
      /** Full name of the remote-tracking ref of the default branch. */
      readonly protectedRef: string
    }
  | { readonly kind: 'proposal'; readonly base: CommitId; readonly head: CommitId }

/** GitHub's own limit of a payload is 25 MB. */
const MOST_BYTES = 32 * 1024 * 1024
const ZERO = /^0+$/
/** git-check-ref-format(1), and narrower: what a shell or a terminal would take apart is no name. */
const REF = /^refs\/(?:heads|tags)\/(?!.*\.\.)[^\0-\x20\x7f~^:?*[\\]+$/
const BRANCH = /^(?![-/])(?!.*\.\.)[^\0-\x20\x7f~^:?*[\\]+$/
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** @throws InputError `usage/unreadable-file`, `usage/invalid-event` */
export async function readEventFile(name: string, path: string): Promise<GithubEvent> {
  const bytes = await readRegularFile(path, MOST_BYTES)
  if (bytes !== undefined) return readEvent(name, bytes)
  throw new InputError({
    code: 'usage/unreadable-file',
    subject: path,
    message: `is no readable file of at most ${MOST_BYTES} bytes`,
    remedy: 'name the file that the runner gives in GITHUB_EVENT_PATH',
  })
}

/**
 * Reads the parts of an event that say which commits are meant. The rest is not looked at: GitHub adds
 * members when it likes, and texts of people stand among them.
 * @param name as in GITHUB_EVENT_NAME
 * @throws InputError `usage/invalid-event`
 */
export function readEvent(name: string, bytes: Uint8Array): GithubEvent {
  const event: Event = { name, root: parse(name, bytes) }
  switch (name) {
    case 'push':
      return readPush(event)
    case 'pull_request':
    case 'pull_request_target': {
      const at = (side: string) => commitAt(event, 'pull_request', side, 'sha')
      return { kind: 'proposal', base: at('base'), head: at('head') }
    }
    case 'merge_group': {
      const at = (side: string) => commitAt(event, 'merge_group', side)
      return { kind: 'proposal', base: at('base_sha'), head: at('head_sha') }
    }
    default:
      throw invalid(name, 'is no event that names a range of commits', UNKNOWN_REMEDY)
  }
}

interface Event {
  readonly name: string
  readonly root: unknown
}

function readPush(event: Event): GithubEvent {
  const ref = textAt(event, 'ref')
  const branch = textAt(event, 'repository', 'default_branch')
  const [before, after] = [idAt(event, 'before'), idAt(event, 'after')]
  if (!REF.test(ref)) throw invalid(event.name, 'its `ref` is no branch or tag in full')
  if (!BRANCH.test(branch)) throw invalid(event.name, 'its default branch has no sound name')
  if (ZERO.test(after)) {
    const remedy = 'do not run this check when a branch or tag is deleted'
    throw invalid(event.name, `deleted ${ref}: there is no commit to judge`, remedy)
  }
  return {
    kind: 'push',
    ref,
    before: ZERO.test(before) ? undefined : commitId(before),
    after,
    protectedRef: `refs/remotes/origin/${branch}`,
  }
}

function parse(name: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes))
  } catch (cause) {
    throw invalid(name, 'is not JSON in UTF-8', SHAPE_REMEDY, { cause })
  }
}

function textAt(event: Event, ...path: readonly string[]): string {
  let value = event.root
  for (const key of path) value = memberOf(value, key)
  if (typeof value === 'string') return value
  throw invalid(event.name, `has no text at \`${path.join('.')}\``)
}

function memberOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
  return Object.entries(value).find(([name]) => name === key)?.[1]
}

function idAt(event: Event, ...path: readonly string[]): string {
  const text = textAt(event, ...path)
  if (isObjectId(text)) return text
  throw invalid(event.name, `has no full object id at \`${path.join('.')}\``)
}

function commitAt(event: Event, ...path: readonly string[]): CommitId {
  const id = idAt(event, ...path)
  if (!ZERO.test(id)) return commitId(id)
  throw invalid(event.name, `has no commit at \`${path.join('.')}\``)
}

const SHAPE_REMEDY = 'give the event as GitHub sent it: `--event-file "$GITHUB_EVENT_PATH"`'
const UNKNOWN_REMEDY = 'name the range yourself, as BASE..HEAD'

const invalid = (
  name: string,
  message: string,
  remedy = SHAPE_REMEDY,
  options?: ErrorOptions,
): InputError =>
  new InputError(
    { code: 'usage/invalid-event', subject: `event ${name}`, message, remedy },
    options,
  )
