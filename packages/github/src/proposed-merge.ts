import type { GithubApi } from './api-client.ts'
import { openedPullShape } from './forge-shapes.ts'

export interface ProposedMerge {
  /** Of this repository; it is there already. */
  readonly branch: string
  readonly into: string
  readonly title: string
  readonly body: string
}

/**
 * Proposes a merge, once: a pull request of this branch that was opened before is found, whatever became of it.
 * @returns the address of its page
 * @throws WorldError when GitHub does not answer
 */
export async function proposeMerge(
  api: GithubApi,
  repository: string,
  { branch, into, title, body }: ProposedMerge,
): Promise<string> {
  const [owner = ''] = repository.split('/')
  const at = `repos/${repository}/pulls`
  const head = encodeURIComponent(`${owner}:${branch}`)
  const known = await api.items(
    `${at}?state=all&head=${head}&base=${encodeURIComponent(into)}`,
    openedPullShape,
  )
  const [first] = known.kind === 'found' ? known.value : []
  if (first !== undefined) return first.html_url
  const made = await api.post(at, { title, head: branch, base: into, body }, openedPullShape)
  return made.html_url
}
