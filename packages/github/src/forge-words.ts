import type { CommitId } from '@bulkhead/vocabulary'
import { mayWrite } from './account-rights.ts'
import type { GithubApi } from './api-client.ts'
import {
  type Account,
  type PullRequest,
  type Review,
  activityShape,
  approvedRunShape,
  pullShape,
  reviewShape,
  runApprovalsShape,
} from './forge-shapes.ts'

/** What somebody said on GitHub for a commit. Whether it counts is judged elsewhere. */
export interface ForgeWord {
  readonly source: 'review' | 'environment'
  /** Names exactly this word: `octo/app#12 review 80`, `octo/app run 4711 approved by 42`. */
  readonly reference: string
  readonly account: {
    readonly id: number
    readonly login: string
    /** A person's account; a bot or an app has none. */
    readonly isUser: boolean
    /** May push to the repository, as GitHub says now. */
    readonly mayWrite: boolean
  }
  /** What they wrote, line by line; from outside. */
  readonly body: string
  /** Milliseconds since the epoch; never later than it was said. */
  readonly at: number
  /** Why it holds no more, or never did; undefined when nothing speaks against it. */
  readonly void: string | undefined
}

export interface ForgeWords {
  readonly words: readonly ForgeWord[]
  /** Accounts that pushed exactly this commit; empty where GitHub does not say. */
  readonly pushers: readonly number[]
}

export interface WordsQuestion {
  readonly api: GithubApi
  /** `OWNER/NAME`. */
  readonly repository: string
  readonly commit: CommitId
  /** Runs whose environment approvals are asked for. */
  readonly runs: readonly string[]
}

/**
 * Asks GitHub who agrees to a commit: reviews of pull requests whose head it is, and approvals of the
 * environments of some runs; and who pushed it.
 * @throws WorldError when GitHub does not answer, or not all of it
 */
export async function readForgeWords(question: WordsQuestion): Promise<ForgeWords> {
  const { api, repository, commit, runs } = question
  const found = await api.items(`repos/${repository}/commits/${commit}/pulls`, pullShape)
  const pulls = found.kind === 'absent' ? [] : found.value
  const words: ForgeWord[] = []
  const permissions = new Map<string, Promise<boolean>>()
  const accountOf = async (account: Account) => {
    const asked = permissions.get(account.login) ?? mayWrite(api, repository, account)
    permissions.set(account.login, asked)
    return {
      id: account.id,
      login: account.login,
      isUser: account.type === 'User',
      mayWrite: await asked,
    }
  }
  for (const pull of pulls)
    for (const said of await reviewsOf(question, pull))
      words.push({ ...said, account: await accountOf(said.account) })
  for (const run of new Set(runs))
    for (const said of await approvalsOf(question, run))
      words.push({ ...said, account: await accountOf(said.account) })
  return { words, pushers: await pushersOf(question, pulls) }
}

type Said = Omit<ForgeWord, 'account'> & { readonly account: Account }

async function reviewsOf(
  { api, repository, commit }: WordsQuestion,
  pull: PullRequest,
): Promise<readonly Said[]> {
  const found = await api.items(`repos/${repository}/pulls/${pull.number}/reviews`, reviewShape)
  if (found.kind === 'absent') return []
  const decisive = found.value.filter(({ state }) => DECISIVE.has(state))
  return decisive.flatMap((review): readonly Said[] => {
    const { id, user, state, body, submitted_at: at } = review
    if (user === null || state === 'CHANGES_REQUESTED') return []
    const later = decisive.findLast((one) => one.user?.id === user.id)
    return [
      {
        source: 'review',
        reference: `${repository}#${pull.number} review ${id}`,
        account: user,
        body,
        at: at === undefined ? Number.NaN : Date.parse(at),
        void: objectionTo(review, { pull, commit, later }),
      },
    ]
  })
}

/** The other states (COMMENTED, PENDING) neither give nor take anything. */
const DECISIVE: ReadonlySet<string> = new Set(['APPROVED', 'CHANGES_REQUESTED', 'DISMISSED'])

/** A head that moved on, or a word after it, voids a review, whatever its state still says. */
function objectionTo(
  { id, state, commit_id: of, submitted_at: at }: Review,
  {
    pull: { head, base },
    commit,
    later,
  }: { readonly pull: PullRequest; readonly commit: CommitId; readonly later: Review | undefined },
): string | undefined {
  if (state === 'DISMISSED') return 'it was dismissed'
  if (of !== commit) return `it is of commit ${of ?? 'nobody knows'}`
  if (head.sha !== commit) return 'somebody pushed to the branch after it'
  if (head.repo === null || head.repo.id !== base.repo.id) return 'it is of a fork'
  if (at === undefined) return 'it has not been submitted'
  if (later !== undefined && later.id !== id)
    return later.state === 'CHANGES_REQUESTED'
      ? 'its author asked for changes after it'
      : 'its author reviewed again after it'
  return undefined
}

/**
 * Approvals of the environments of a run. GitHub says not when they were given: they count from when
 * the run was made, so that none counts for longer than it should.
 */
async function approvalsOf(
  { api, repository }: WordsQuestion,
  run: string,
): Promise<readonly Said[]> {
  const path = `repos/${repository}/actions/runs/${run}`
  const about = await api.get(path, approvedRunShape)
  if (about.kind === 'absent') return []
  const found = await api.get(`${path}/approvals`, runApprovalsShape)
  if (found.kind === 'absent') return []
  const { actor, triggering_actor: trigger, created_at: created } = about.value
  return found.value
    .filter(({ state }) => state === 'approved')
    .flatMap(({ user, comment }): readonly Said[] =>
      user === null
        ? []
        : [
            {
              source: 'environment',
              reference: `${repository} run ${run} approved by ${user.id}`,
              account: user,
              body: comment,
              at: Date.parse(created),
              void:
                user.id === actor?.id || user.id === trigger?.id
                  ? 'its author started the run'
                  : undefined,
            },
          ],
    )
}

/** Who pushed exactly this commit, by the activity of the branches that it is the head of. */
async function pushersOf(
  { api, repository, commit }: WordsQuestion,
  pulls: readonly PullRequest[],
): Promise<readonly number[]> {
  const branches = new Set(pulls.flatMap(({ head }) => (head.sha === commit ? [head.ref] : [])))
  const pushers = new Set<number>()
  for (const branch of branches) {
    const ref = encodeURIComponent(`refs/heads/${branch}`)
    const path = `repos/${repository}/activity?ref=${ref}&per_page=100`
    const answer = await api.get(path, activityShape)
    if (answer.kind === 'absent') continue
    for (const { after, actor } of answer.value)
      if (after === commit && actor !== null) pushers.add(actor.id)
  }
  return [...pushers]
}
