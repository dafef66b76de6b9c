import type { GithubApi } from './api-client.ts'
import { type Issue, issueShape } from './forge-shapes.ts'

/** An issue that is about one thing, however often it is told. */
export interface KeptIssue {
  /** What it is about, such as `production/hotfix/42`. It stands in the body, out of sight. */
  readonly about: string
  readonly label: string
  readonly title: string
  /** Markdown of our own; what comes from outside is escaped in it. */
  readonly body: string
  readonly state: 'open' | 'closed'
  /**
   * `ours`: the body is replaced each time. `theirs`: people write on in it, and it is left alone once
   * it is there.
   */
  readonly owner: 'ours' | 'theirs'
}

const markerOf = ({ about, owner }: Pick<KeptIssue, 'about' | 'owner'>): string =>
  `<!-- bulkhead ${owner} ${about} -->`

/**
 * Opens an issue, or brings the one that is there up to date. Called again after a failure it finds
 * what it made: there is never a second one about the same.
 * @returns the address of its page
 * @throws WorldError when GitHub does not answer; nothing is half done then, and it may be called again
 */
export async function keepIssue(
  api: GithubApi,
  repository: string,
  issue: KeptIssue,
): Promise<string> {
  const marker = markerOf(issue)
  const { label, title, state } = issue
  const body = `${issue.body.trimEnd()}\n\n${marker}\n`
  const at = `repos/${repository}/issues`
  const found = await api.items(
    `${at}?state=all&labels=${encodeURIComponent(label)}&sort=created&direction=asc`,
    issueShape,
  )
  const all = found.kind === 'found' ? found.value : []
  const known = all.find((one) => isOurs(one) && one.body.includes(marker))
  if (known === undefined) {
    const made = await api.post(at, { title, body, labels: [label] }, issueShape)
    return made.html_url
  }
  if (issue.owner === 'theirs') return known.html_url
  // GitHub may have gone on to end lines its own way.
  const isSame = known.body.replaceAll('\r\n', '\n') === body && known.state === state
  if (!isSame) await api.patch(`${at}/${known.number}`, { title, body, state }, issueShape)
  return known.html_url
}

/** A stranger's issue with our marker in it is no place to keep anything. */
const isOurs = ({ user, author_association: association }: Issue): boolean =>
  user?.type === 'Bot' || ['OWNER', 'MEMBER', 'COLLABORATOR'].includes(association)
