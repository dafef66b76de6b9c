import type { GithubApi } from './api-client.ts'
import { mayWrite } from './account-rights.ts'
import { commentShape, repositoryShape } from './forge-shapes.ts'

/** A comment on an issue or a pull request, as GitHub says now. */
export interface Comment {
  readonly body: string
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Somebody changed it after it was written: it need not be its author's word. */
  readonly edited: boolean
  /** Undefined when the account is gone. */
  readonly account:
    | {
        readonly id: number
        readonly login: string
        readonly isUser: boolean
        readonly mayWrite: boolean
      }
    | undefined
}

/** Reads a comment, and what its author may do now; undefined where there is none. @throws WorldError */
export async function readComment(
  api: GithubApi,
  repository: string,
  id: string,
): Promise<Comment | undefined> {
  const answer = await api.get(`repos/${repository}/issues/comments/${id}`, commentShape)
  if (answer.kind === 'absent') return undefined
  const { body, user, created_at: created, updated_at: updated } = answer.value
  return {
    body,
    at: Date.parse(created),
    edited: updated !== created,
    account:
      user === null
        ? undefined
        : {
            id: user.id,
            login: user.login,
            isUser: user.type === 'User',
            mayWrite: await mayWrite(api, repository, user),
          },
  }
}

export interface WorkflowStart {
  /** File name of the workflow: `hotfix.yml`. */
  readonly workflow: string
  readonly inputs: Readonly<Record<string, string>>
}

/**
 * Starts a workflow as the default branch has it, whatever branch anybody speaks of.
 * @returns the branch
 * @throws WorldError when GitHub does not answer, or refuses
 */
export async function startWorkflow(
  api: GithubApi,
  repository: string,
  { workflow, inputs }: WorkflowStart,
): Promise<string> {
  const about = await api.get(`repos/${repository}`, repositoryShape)
  const ref = about.kind === 'found' ? about.value.default_branch : ''
  const path = `repos/${repository}/actions/workflows/${encodeURIComponent(workflow)}/dispatches`
  await api.order(path, { ref, inputs })
  return ref
}
