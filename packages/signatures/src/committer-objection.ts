import { type Principal, namesOf, signsFor } from './principal.ts'
import type { Refusal } from './refusal.ts'

/** The reason why not when no owner of a certificate may sign for this committer. */
export function objectToCommitter(
  fingerprint: string,
  owners: readonly Principal[],
  committer: string | undefined,
): Refusal | undefined {
  if (owners.some((owner) => signsFor(owner, committer))) return undefined
  const message = `the certificate ${fingerprint} is ${namesOf(owners)}'s, who may not sign for the committer ${committer ?? '(not UTF-8)'}`
  return { code: 'signature/wrong-committer', message }
}
