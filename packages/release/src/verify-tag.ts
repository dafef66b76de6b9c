import { type TagVerdict, verifyTag as judgeTag } from '@bulkhead/signatures'
import { InputError } from '@bulkhead/vocabulary'
import { trustedSignersOf } from './trusted-signers.ts'
import {
  type CommitsVerdict,
  type TrustRequest,
  gather,
  judgeWithin,
  policyOf,
  trustedCommit,
} from './verify-commits.ts'
import type { Workspace } from './workspace.ts'

export interface VerifyTagRequest extends TrustRequest {
  /** `NAME` or `refs/tags/NAME`. */
  readonly tag: string
  /** The commit that the tag must come to. */
  readonly commit?: string
}

/** Says who signed a tag, and who signed each commit that it brings. */
export async function verifyTag(
  workspace: Workspace,
  request: VerifyTagRequest,
): Promise<{ readonly tag: TagVerdict; readonly range: CommitsVerdict | undefined }> {
  const { repository, clock } = workspace
  const trusted = await trustedCommit(workspace, request, undefined)
  const policy = await policyOf(workspace, request, trusted)
  const { commit } = request
  const tag = await judgeTag({
    repository,
    ...(await trustedSignersOf(policy)),
    receiptTime: clock.now(),
    ref: fullName(request.tag),
    ...(commit === undefined ? {} : { expected: await repository.resolveCommit(commit) }),
  })
  if (tag.commit === undefined) return { tag, range: undefined }
  const judging = judgeWithin(workspace, request, { policy, base: trusted, head: tag.commit })
  return { tag, range: await gather(judging) }
}

/** A tag may be called like a branch, so it is looked up by its full name and nothing else. */
function fullName(tag: string): string {
  if (tag.startsWith('refs/tags/')) return tag
  if (!tag.startsWith('refs/')) return `refs/tags/${tag}`
  throw new InputError({
    code: 'usage/invalid-option',
    subject: tag,
    message: 'is the full name of something that is no tag',
    remedy: 'name the tag as NAME or refs/tags/NAME',
  })
}
