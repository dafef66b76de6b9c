import type { Finding } from '@bulkhead/vocabulary'
import type { Range, Repository } from './repository.ts'

/**
 * `git/unrelated-base` when the head does not descend from the base. A range is judged all the same
 * (a branch may be behind its trusted ref); a release must descend from what is deployed.
 */
export async function findUnrelatedBase(
  repository: Pick<Repository, 'isAncestor'>,
  { base, head }: Range,
): Promise<Finding | undefined> {
  if (base === null || (await repository.isAncestor(base, head))) return undefined
  return {
    code: 'git/unrelated-base',
    subject: `${base}..${head}`,
    message: 'the head does not descend from the base',
    remedy: `run \`git rebase ${base}\` or \`git merge ${base}\`; after a force-push name the true base`,
  }
}
