import type { Repository } from '@bulkhead/git'
import type { LoadedPolicy } from '@bulkhead/policy'
import type { RangeJudgement } from '@bulkhead/signatures'
import type { CommitId } from '@bulkhead/vocabulary'
import { peopleOf } from './file-states.ts'

/** The principal that the trusted ref knows by this address, and their other addresses. */
export function namesOf({ policy }: LoadedPolicy, address: string): readonly string[] {
  const wanted = address.toLowerCase()
  return Object.entries(policy.signing.principals).flatMap(([name, { committers }]) =>
    committers.some((one) => one.toLowerCase() === wanted) ? [name, ...committers] : [],
  )
}

export interface AuthorsRequest {
  readonly policy: LoadedPolicy
  readonly commit: CommitId
  readonly range: RangeJudgement
}

/** Whoever had a hand in any commit of a release, by every name that the trusted ref knows of them. */
export async function authorsOfRange(
  repository: Repository,
  { policy, commit, range }: AuthorsRequest,
): Promise<readonly string[]> {
  const authors = new Set(range.commits.flatMap(({ principal }) => principal ?? []))
  for await (const { object } of repository.readRange({ base: policy.trustedRef, head: commit }))
    for (const address of peopleOf(object.bytes.toString())) authors.add(address)
  return [...new Set([...authors].flatMap((name) => [name, ...namesOf(policy, name)]))].sort()
}
