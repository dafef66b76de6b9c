import * as v from 'valibot'

const number = v.pipe(v.number(), v.safeInteger(), v.minValue(1))
const text = v.pipe(v.string(), v.maxLength(1024))
const objectId = v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/))
const instant = v.pipe(v.string(), v.isoTimestamp())
/** GitHub takes no longer comment or review. */
const body = v.nullish(v.pipe(v.string(), v.maxLength(262_144)), '')

const accountShape = v.object({ id: number, login: text, type: text })
export type Account = v.InferOutput<typeof accountShape>

const side = v.object({ sha: objectId, ref: text, repo: v.nullable(v.object({ id: number })) })

/** A pull request, as far as it says what it would merge. */
export const pullShape = v.object({
  number,
  head: side,
  base: v.object({ ref: text, repo: v.object({ id: number }) }),
})
export type PullRequest = v.InferOutput<typeof pullShape>

/** `GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews`, oldest first. */
export const reviewShape = v.object({
  id: number,
  user: v.nullable(accountShape),
  body,
  state: text,
  commit_id: v.nullable(objectId),
  submitted_at: v.optional(instant),
})
export type Review = v.InferOutput<typeof reviewShape>

export const permissionShape = v.object({ permission: text, user: v.nullable(accountShape) })

/** `GET /repos/{owner}/{repo}/actions/runs/{run_id}`: who began it, and when. */
export const approvedRunShape = v.object({
  created_at: instant,
  actor: v.nullish(v.object({ id: number })),
  triggering_actor: v.nullish(v.object({ id: number })),
})

export const runApprovalsShape = v.array(
  v.object({ state: text, comment: body, user: v.nullable(accountShape) }),
)

/** `GET /repos/{owner}/{repo}/activity`, newest first. */
export const activityShape = v.array(
  v.object({ after: objectId, actor: v.nullable(v.object({ id: number })) }),
)

/** An issue or a pull request in a list of issues. */
export const issueShape = v.object({
  number,
  html_url: v.pipe(v.string(), v.url(), v.maxLength(2_048)),
  body,
  state: text,
  user: v.nullable(accountShape),
  author_association: text,
})
export type Issue = v.InferOutput<typeof issueShape>

export const commentShape = v.object({
  id: number,
  body: v.pipe(v.string(), v.maxLength(262_144)),
  user: v.nullable(accountShape),
  created_at: instant,
  updated_at: instant,
})

export const openedPullShape = v.object({
  number,
  html_url: v.pipe(v.string(), v.url(), v.maxLength(2_048)),
})

export const repositoryShape = v.object({ default_branch: text })
