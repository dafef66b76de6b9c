import { loadPolicy } from '@bulkhead/policy'
import { type CommitId, type Finding, InputError } from '@bulkhead/vocabulary'
import { trustedKeys, statementSigners } from './trusted-keys.ts'
import { trustedSignersOf } from './trusted-signers.ts'
import { KEY_ROLES, type Workspace } from './workspace.ts'

/**
 * Why a commit could not judge what comes after it. Once released it is the trusted ref: one whose
 * policy, signers or keys cannot be read would stop every later release, the one that mends it too.
 * @param environment where it is to be released; its policy must still know it
 */
export async function judgeNextPolicy(
  { repository }: Pick<Workspace, 'repository'>,
  commit: CommitId,
  environment?: string,
): Promise<readonly Finding[]> {
  try {
    const next = await loadPolicy(repository, commit)
    await trustedSignersOf(next)
    for (const role of KEY_ROLES) trustedKeys(next, role)
    for (const role of ['builder', 'gate'] as const) await statementSigners(next, role)
    const kept = environment === undefined || Object.hasOwn(next.policy.environments, environment)
    return kept ? [] : [environmentGone(commit, environment)]
  } catch (error) {
    if (error instanceof InputError) return error.findings.map(asNext)
    throw error
  }
}

const environmentGone = (commit: CommitId, environment: string): Finding => ({
  code: 'gate/unusable-policy',
  subject: `environments.${environment}`,
  message: `the policy that ${commit} carries has no such environment, so nothing could follow it there`,
  remedy: `keep \`${environment}\` under \`environments\` in bulkhead.yml`,
})

const asNext = ({ code, subject, message, remedy }: Finding): Finding => ({
  code: 'gate/unusable-policy',
  subject,
  message: `the policy that this commit carries could judge nothing after it (${code}): ${message}`,
  remedy,
})
