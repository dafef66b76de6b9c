import type { PolicyApproval, PolicyChange } from '@bulkhead/gate'
import { type LoadedPolicy, loosenings } from '@bulkhead/policy'
import { type RangeJudgement, rosterOf } from '@bulkhead/signatures'
import type { CommitId } from '@bulkhead/vocabulary'
import { readFileStates } from './file-states.ts'
import { namesOf } from './range-authors.ts'
import { trustedSignersOf } from './trusted-signers.ts'
import type { Workspace } from './workspace.ts'

export interface PolicyChangeRequest {
  /** The policy of the trusted ref. */
  readonly policy: LoadedPolicy
  /** The policy that the judged commit carries. */
  readonly next: LoadedPolicy | undefined
  readonly commit: CommitId
  readonly range: RangeJudgement
  readonly approvals?: readonly PolicyApproval[] | undefined
}

/** How the policy of a commit differs from the one that judges it, who changed it, who approved that. */
export async function gatherPolicyChange(
  workspace: Workspace,
  request: PolicyChangeRequest,
): Promise<PolicyChange> {
  const { policy, next, approvals = [] } = request
  const loosened = next === undefined ? [] : loosenings(policy, next)
  return {
    loosened,
    editors: loosened.length === 0 ? [] : await editorsOf(workspace, request),
    approvals,
    people: await countPeople(policy),
  }
}

/** Inventories are left out: they change with every test, and who shortens one is asked there. */
async function editorsOf(
  { repository }: Workspace,
  { policy, next, commit, range }: PolicyChangeRequest,
): Promise<readonly string[]> {
  const inventories = new Set(
    [policy, next].flatMap((one) =>
      Object.values(one?.policy.suites ?? {}).map(({ inventory }) => inventory),
    ),
  )
  const named = [...policy.files.keys(), ...(next?.files.keys() ?? [])]
  const signers = new Map(range.commits.map((judged) => [judged.commit, judged.principal]))
  const states = await readFileStates(repository, {
    trusted: policy.trustedRef,
    head: commit,
    paths: ['bulkhead.yml', ...named.filter((path) => !inventories.has(path))],
    signerOf: (id) => signers.get(id),
    namesOf: (address) => namesOf(policy, address),
  })
  return [...new Set(states.flatMap(({ editors }) => editors))].sort()
}

/** People whom a policy lets sign, whether or not their keys still do. */
async function countPeople(policy: LoadedPolicy): Promise<number> {
  const keys = rosterOf(await trustedSignersOf(policy), 0)
  const principals = Object.entries(policy.policy.signing.principals)
  return new Set([
    ...keys.flatMap(({ principal }) => (principal.role === 'person' ? [principal.name] : [])),
    ...principals.flatMap(([name, { role }]) => (role === 'person' ? [name] : [])),
  ]).size
}
