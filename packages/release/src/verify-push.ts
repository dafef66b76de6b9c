import { loadPolicy } from '@bulkhead/policy'
import { type RangeJudgement, type TagVerdict, verifyRange, verifyTag } from '@bulkhead/signatures'
import { type CommitId, type Finding, InputError, commitId } from '@bulkhead/vocabulary'
import { pinnedGenesis } from './trusted-ref.ts'
import { trustedSignersOf } from './trusted-signers.ts'
import type { Workspace } from './workspace.ts'

/** One ref that a push is about to change, as githooks(5) tells a pre-push hook. */
export interface PushedRef {
  readonly ref: string
  /** What it will point to: a commit or a tag. Deletions are not listed. */
  readonly object: string
}

export interface PushJudgement {
  readonly ref: string
  readonly judgement: RangeJudgement
}

const LINE = /^(\S+) ([0-9a-f]{40}|[0-9a-f]{64}) (\S+) ([0-9a-f]{40}|[0-9a-f]{64})$/
const NOTHING = /^0+$/

/**
 * Reads what git writes to a pre-push hook: `LOCAL-REF LOCAL-OID REMOTE-REF REMOTE-OID` by line. What
 * the remote has is not read: that it is there says nothing of who signed it.
 * @throws InputError `usage/invalid-option`
 */
export function parsePushedRefs(input: string): readonly PushedRef[] {
  const lines = input.split('\n').filter((line) => line !== '')
  return lines.flatMap((line) => {
    const [, , object, ref] = LINE.exec(line) ?? []
    if (object === undefined || ref === undefined) throw notFromGit(line)
    return NOTHING.test(object) ? [] : [{ ref, object }]
  })
}

/**
 * Judges every commit that a push adds to the trusted ref, ref by ref, by the trusted ref's policy; of
 * a tag also who signed it, and that it is called what it says.
 */
export async function verifyPush(
  workspace: Workspace,
  request: { readonly remote: string; readonly refs: readonly PushedRef[] },
): Promise<readonly PushJudgement[]> {
  if (request.refs.length === 0) return []
  const { repository, clock } = workspace
  const base = await trustedCommitOf(workspace, request.remote)
  const trusted = await trustedSignersOf(await loadPolicy(repository, base))
  const common = { repository, ...trusted, receiptTime: clock.now() }
  const judged: PushJudgement[] = []
  for (const { ref, object } of request.refs) {
    const head = await repository.resolveCommit(object)
    const range = await verifyRange({ ...common, range: { base, head } })
    const findings = [
      ...range.findings,
      ...(ref.startsWith('refs/tags/')
        ? findingsOfTag(await verifyTag({ ...common, ref, object, expected: head }))
        : []),
    ]
    judged.push({ ref, judgement: { ...range, findings } })
  }
  return judged
}

const findingsOfTag = ({ tags, findings }: TagVerdict): readonly Finding[] => [
  ...findings,
  ...tags.flatMap((tag) => tag.findings),
]

/**
 * The default branch of a remote as last fetched, or the pinned genesis where that one does not have a
 * policy yet: the push that brings the first policy is judged from the commit that was pinned.
 */
async function trustedCommitOf(workspace: Workspace, remote: string): Promise<CommitId> {
  const { repository } = workspace
  for (const branch of ['HEAD', 'main', 'master']) {
    const commit = await repository.readRef(`refs/remotes/${remote}/${branch}`)
    if (commit === undefined) continue
    if ((await repository.readFile(commit, 'bulkhead.yml')) !== undefined) return commitId(commit)
  }
  return pinnedGenesis(workspace)
}

const notFromGit = (line: string): InputError =>
  new InputError({
    code: 'usage/invalid-option',
    subject: line.slice(0, 120),
    message: 'is not what git writes to a pre-push hook',
    remedy: 'let git call it: `bulkhead init --hook` installs the hook',
  })
