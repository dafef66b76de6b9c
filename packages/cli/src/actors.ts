import { createHash } from 'node:crypto'
import type { Actor } from '@bulkhead/ledger'
import type { Repository } from '@bulkhead/git'

/**
 * Who acts, as a pseudonym: the ledger cannot forget, so it holds no personal data. The same email
 * gives the same pseudonym; whoever knows the team can resolve it, a stranger cannot read it off.
 */
export async function localActors(repository: Repository, role: string): Promise<readonly Actor[]> {
  const email = (await repository.configValue('user.email')) ?? 'unknown'
  return [{ provider: 'git', id: pseudonymOf(email), role }]
}

export const pseudonymOf = (email: string): string =>
  createHash('sha256').update(email).digest('hex').slice(0, 16)
