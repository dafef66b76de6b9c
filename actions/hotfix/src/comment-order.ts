import { readFile } from 'node:fs/promises'
import { type Comment, readComment, startWorkflow } from '@bulkhead/github'
import { type CommentOrder, orderIn } from '@bulkhead/hotfix'
import type { GithubAccess } from '@bulkhead/release'
import { DeniedError, type Finding, InputError } from '@bulkhead/vocabulary'
import { type Answer, NOTHING } from './answer.ts'
import type { Context } from './input-rules.ts'

/** How old an order may be: a run may have waited for its turn and for people. */
const LONGEST_MS = 60 * 60_000

interface Ordered {
  readonly order: CommentOrder
  /** Number of the account that ordered it. */
  readonly by: number
}

/**
 * Reads an order by GitHub's word alone: nothing of the event that brought the number is believed. It
 * counts from a person who may write, unedited, in its time.
 * @throws DeniedError `hotfix/refused-comment`
 */
async function readOrder(
  { api, repository }: GithubAccess,
  id: number,
  now: number,
): Promise<Ordered> {
  const comment = await readComment(api, repository, String(id))
  const order = comment && orderIn(comment.body)
  const why = comment === undefined ? 'there is no such comment' : objectionTo(comment, now)
  if (why !== undefined) throw denied(id, why)
  if (order === undefined || comment?.account === undefined) throw denied(id, 'it is no order')
  return { order, by: comment.account.id }
}

function objectionTo({ account, edited, at }: Comment, now: number): string | undefined {
  if (account === undefined || !account.isUser) return 'its author is no person'
  if (!account.mayWrite) return `${account.login} may not write to the repository`
  if (edited) return 'it was edited: it need not be the word of its author'
  return Math.abs(now - at) > LONGEST_MS ? 'it is older than an hour' : undefined
}

/** Starts the workflow of the default branch for a comment; this run itself does nothing else. */
export async function dispatchComment(
  { inputs, env }: Context,
  github: GithubAccess,
): Promise<Answer> {
  const { workflow = '' } = inputs
  if (env['GITHUB_EVENT_NAME'] !== 'issue_comment') throw wrongEvent(env['GITHUB_EVENT_NAME'])
  const id = await commentOfEvent(env['GITHUB_EVENT_PATH'] ?? '')
  const { order } = await readOrder(github, id, Date.now())
  const ref = await startWorkflow(github.api, github.repository, {
    workflow,
    inputs: { ...inputsOf(order), comment: String(id) },
  })
  return {
    outcome: 'passed',
    headline: `DISPATCHED: ${order.command} by ${workflow} of ${ref}`,
    findings: [],
    outputs: { ...NOTHING, result: 'dispatched' },
  }
}

function inputsOf(order: CommentOrder): Readonly<Record<string, string>> {
  if (order.command === 'declare') return { ...order }
  return { command: order.command, ...(order.hotfix === undefined ? {} : { hotfix: order.hotfix }) }
}

/** Who ordered this run by a comment that says exactly what the run does. @throws DeniedError */
export async function orderedBy(
  { inputs }: Context,
  github: GithubAccess,
  id: number,
): Promise<number> {
  const { order, by } = await readOrder(github, id, Date.now())
  const given = {
    command: inputs.command,
    hotfix: inputs.hotfix === undefined ? undefined : String(inputs.hotfix),
    commit: inputs.commit,
    severity: inputs.severity,
  }
  const said = { hotfix: undefined, commit: undefined, severity: undefined, ...order }
  const same = (['command', 'hotfix', 'commit', 'severity'] as const).every(
    (key) => given[key] === said[key],
  )
  const more = inputs.public || inputs['suspect-running'] || inputs['break-lease'] !== undefined
  if (!same || more || inputs.withdraw !== undefined)
    throw denied(id, `it does not order this: ${inputs.command} as it is given here`)
  return by
}

/** The one thing taken from the event: a number, under which GitHub is asked. */
async function commentOfEvent(path: string): Promise<number> {
  let event: unknown
  try {
    event = JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw noComment(cause)
  }
  const comment: unknown = memberOf(event, 'comment')
  const id: unknown = memberOf(comment, 'id')
  if (typeof id === 'number' && Number.isSafeInteger(id) && id > 0) return id
  throw noComment(undefined)
}

const memberOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined

const denied = (id: number, message: string): DeniedError => {
  const finding: Finding = {
    code: 'hotfix/refused-comment',
    subject: `comment ${id}`,
    message,
    remedy:
      'write a new comment of one line: `/hotfix status`, `/hotfix ship 42`, `/hotfix declare FULL-COMMIT-ID critical`; or start the workflow by its form',
  }
  return new DeniedError([finding])
}

const wrongEvent = (event: string | undefined): InputError =>
  new InputError({
    code: 'github/refused-event',
    subject: `event ${(event ?? 'none').slice(0, 80)}`,
    message: 'is no comment that could be dispatched',
    remedy:
      'run `command: dispatch` on issue_comment, in a job with `actions: write` and nothing else',
  })

const noComment = (cause: unknown): InputError =>
  new InputError(
    {
      code: 'usage/invalid-event',
      subject: 'GITHUB_EVENT_PATH',
      message: 'names no event with a comment',
      remedy:
        'run `command: dispatch` on issue_comment, and leave the variables of the runner as they are',
    },
    { cause },
  )
