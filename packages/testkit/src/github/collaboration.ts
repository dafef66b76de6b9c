import type { Overlay } from './github-world.ts'

/** An account, as GitHub shows it wherever somebody did something. */
export interface StoredAccount {
  readonly id: number
  readonly login: string
  readonly type: 'User' | 'Bot'
}

export interface StoredPull {
  readonly number: number
  readonly branch: string
  readonly into: string
  readonly head: string
  /** Commits that it has; its head is the last. */
  readonly commits: readonly string[]
  /** Repository that the branch is of; that of the pull request when not given. */
  readonly from?: number
  readonly title?: string
  readonly body?: string
}

export interface StoredReview {
  readonly id: number
  readonly user: StoredAccount
  readonly state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED'
  readonly commit_id: string
  readonly body: string
  readonly submitted_at: string
}

export interface StoredIssue {
  readonly number: number
  readonly title: string
  readonly body: string
  readonly state: 'open' | 'closed'
  readonly labels: readonly string[]
  readonly user: StoredAccount
  readonly author_association: string
}

/** What people do with each other in a repository. */
export interface Collaboration {
  /** The repository: `default_branch`, whether it is private. */
  repository: Overlay
  readonly pulls: Map<number, StoredPull>
  /** By pull request, oldest first. */
  readonly reviews: Map<number, StoredReview[]>
  /** Login → account and permission; who is absent is no collaborator. */
  readonly collaborators: Map<
    string,
    { readonly user: StoredAccount; readonly permission: 'admin' | 'write' | 'read' | 'none' }
  >
  /** By run. */
  readonly approvals: Map<
    number,
    { readonly user: StoredAccount; readonly comment: string; readonly state: string }[]
  >
  /** Newest first. */
  readonly activity: {
    readonly ref: string
    readonly after: string
    readonly actor: StoredAccount
  }[]
  readonly issues: Map<number, StoredIssue>
  readonly comments: Map<
    number,
    {
      readonly body: string
      readonly user: StoredAccount
      readonly created_at: string
      readonly updated_at: string
    }
  >
  /** Workflow → what it was started with, oldest first. */
  readonly dispatches: { readonly workflow: string; readonly sent: Overlay }[]
}

/** Number of the stand-in's one repository. */
export const REPOSITORY_ID = 42
/** Whoever works with the token of a job. */
export const ACTIONS_BOT: StoredAccount = {
  id: 41_898_282,
  login: 'github-actions[bot]',
  type: 'Bot',
}

const LANGUAGE = { language: 'TypeScript' }

export const emptyCollaboration = (): Collaboration => ({
  repository: {
    id: REPOSITORY_ID,
    default_branch: 'main',
    // Its own example lacks what the description requires, of every repository in it.
    ...LANGUAGE,
    source: LANGUAGE,
    parent: LANGUAGE,
  },
  pulls: new Map(),
  reviews: new Map(),
  collaborators: new Map(),
  approvals: new Map(),
  activity: [],
  issues: new Map(),
  comments: new Map(),
  dispatches: [],
})

type Values = Readonly<Record<string, string>>
type Find = (
  world: Collaboration,
  values: Values,
  query: URLSearchParams,
) => Overlay | readonly Overlay[] | undefined

const REPO = '/repos/{owner}/{repo}'

/** One row a path: what there is to read. */
export const COLLABORATION: Readonly<Record<string, Find>> = {
  [REPO]: ({ repository }) => repository,
  [`${REPO}/commits/{commit_sha}/pulls`]: ({ pulls }, { commit_sha: commit = '' }) =>
    [...pulls.values()].filter(({ commits }) => commits.includes(commit)).map(pullOf),
  [`${REPO}/pulls`]: ({ pulls }, { owner = '' }, query) =>
    [...pulls.values()]
      .filter(({ branch, into }) => {
        const [head, base] = [query.get('head'), query.get('base')]
        return (head ?? `${owner}:${branch}`) === `${owner}:${branch}` && (base ?? into) === into
      })
      .map(pullOf),
  [`${REPO}/pulls/{pull_number}/reviews`]: ({ reviews }, { pull_number: pull }) =>
    (reviews.get(Number(pull)) ?? []).map((review) => ({ ...review })),
  [`${REPO}/collaborators/{username}/permission`]: ({ collaborators }, { username = '' }) => {
    const found = collaborators.get(decodeURIComponent(username))
    if (found === undefined) return undefined
    const { permission, user } = found
    return { permission, role_name: permission, user: { ...user, role_name: permission } }
  },
  [`${REPO}/actions/runs/{run_id}/approvals`]: ({ approvals }, { run_id: run }) =>
    (approvals.get(Number(run)) ?? []).map((approval) => ({ ...approval })),
  [`${REPO}/activity`]: ({ activity }, _, query) =>
    activity
      .filter(({ ref }) => (query.get('ref') ?? ref) === ref)
      .map(({ actor, ...one }, index) => ({
        // Its own example in the description is of an older form.
        actor: simpleUser(actor),
        activity_type: 'push',
        timestamp: '2026-11-28T12:00:00Z',
        id: index + 1,
        before: '0'.repeat(40),
        ...one,
      })),
  [`${REPO}/issues`]: ({ issues }, _, query) =>
    [...issues.values()]
      .filter(({ labels, state }) => {
        const [label, wanted] = [query.get('labels'), query.get('state') ?? 'open']
        return (label === null || labels.includes(label)) && (wanted === 'all' || wanted === state)
      })
      .map(issueOf),
  [`${REPO}/issues/comments/{comment_id}`]: ({ comments }, { comment_id: id }) => {
    const found = comments.get(Number(id))
    return found && { id: Number(id), ...found }
  },
}

/** An account with all that the description requires of it. */
const simpleUser = (account: StoredAccount): Overlay => {
  const url = `https://api.github.example/users/${account.login}`
  const links = LINKS.map((name) => [name, `${url}/${name}`] as const)
  return {
    ...Object.fromEntries(links),
    ...account,
    node_id: 'MDQ6VXNlcjE=',
    gravatar_id: '',
    site_admin: false,
    url,
  }
}
const LINKS = [
  'avatar_url',
  'events_url',
  'followers_url',
  'following_url',
  'gists_url',
  'html_url',
  'organizations_url',
  'received_events_url',
  'repos_url',
  'starred_url',
  'subscriptions_url',
] as const

const pullOf = ({ number, branch, into, head, from, title, body }: StoredPull): Overlay => ({
  number,
  ...(title === undefined ? {} : { title, body }),
  html_url: `https://github.example/octo/app/pull/${number}`,
  // Its own example lacks what the description requires of a team.
  requested_teams: [],
  head: { sha: head, ref: branch, repo: { id: from ?? REPOSITORY_ID } },
  base: { ref: into, repo: { id: REPOSITORY_ID } },
})

const issueOf = ({
  number,
  title,
  body,
  state,
  user,
  author_association,
}: StoredIssue): Overlay => ({
  number,
  title,
  body,
  state,
  user,
  author_association,
  html_url: `https://github.example/octo/app/issues/${number}`,
})

type Make = (
  world: Collaboration,
  operation: { readonly values: Values },
  sent: Overlay,
) => Overlay | undefined

/** One row a method and path: what is made or changed, as far as GitHub would take it. */
export const COLLABORATION_MADE: Readonly<Record<string, Make>> = {
  [`POST ${REPO}/issues`]: ({ issues }, _, sent) => {
    const issue: StoredIssue = {
      number: issues.size + 1,
      title: String(sent['title']),
      body: String(sent['body']),
      state: 'open',
      labels: Array.isArray(sent['labels']) ? sent['labels'].map(String) : [],
      user: ACTIONS_BOT,
      author_association: 'NONE',
    }
    issues.set(issue.number, issue)
    return issueOf(issue)
  },
  [`PATCH ${REPO}/issues/{issue_number}`]: ({ issues }, { values }, sent) => {
    const known = issues.get(Number(values['issue_number']))
    if (known === undefined) return undefined
    const changed = { ...known, ...sent }
    issues.set(known.number, changed)
    return issueOf(changed)
  },
  [`POST ${REPO}/pulls`]: ({ pulls }, _, { head, base, title, body }) => {
    const number = pulls.size + 1
    const pull = {
      number,
      branch: String(head),
      into: String(base),
      head: 'f'.repeat(40),
      commits: [],
      title: String(title),
      body: String(body),
    }
    pulls.set(number, pull)
    return pullOf(pull)
  },
  [`POST ${REPO}/actions/workflows/{workflow_id}/dispatches`]: (
    { dispatches },
    { values },
    sent,
  ) => {
    dispatches.push({ workflow: values['workflow_id'] ?? '', sent })
    return sent
  },
}
