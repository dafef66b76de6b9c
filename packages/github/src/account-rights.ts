import type { GithubApi } from './api-client.ts'
import { type Account, permissionShape } from './forge-shapes.ts'

/** Whether somebody may push, by the account's number: a name may have gone to somebody else. */
export async function mayWrite(
  api: GithubApi,
  repository: string,
  { id, login, type }: Account,
): Promise<boolean> {
  if (type !== 'User') return false
  const path = `repos/${repository}/collaborators/${encodeURIComponent(login)}/permission`
  const answer = await api.get(path, permissionShape)
  if (answer.kind === 'absent') return false
  const { permission, user } = answer.value
  return user?.id === id && (permission === 'admin' || permission === 'write')
}
