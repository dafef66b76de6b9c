import { loadPolicy } from '@bulkhead/policy'
import { type RangeJudgement, verifyRange } from '@bulkhead/signatures'
import { type CommitId, InputError, commitId } from '@bulkhead/vocabulary'
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

/** Judges every commit that a push adds to the trusted ref, ref by ref, by the trusted ref's policy. */
export async function verifyPush(
  workspace: Workspace,
  request: { readonly remote: string; readonly refs: readonly PushedRef[] },
): Promise<readonly PushJudgement[]> {
  if (request.refs.length === 0) return []
  const { repository, clock } = workspace
  const base = await trustedCommitOf(workspace, request.remote)
  const trusted = await trustedSignersOf(await loadPolicy(repository, base))
  const judged: PushJudgement[] = []
  for (const { ref, object } of request.refs) {
    const range = { base, head: await repository.resolveCommit(object) }
    const judgement = await verifyRange({
      repository,
      range,
      ...trusted,
      receiptTime: clock.now(),
    })
    judged.push({ ref, judgement })
  }
  return judged
}

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
