import { type CommitId, type Finding, WorldError } from '@bulkhead/vocabulary'
import * as v from 'valibot'
import type { GithubApi } from './api-client.ts'

/** What GitHub shows of a deployment (`deployments/statuses`, REST API 2022-11-28). */
export type DeploymentState =
  | 'queued'
  | 'in_progress'
  | 'pending'
  | 'success'
  | 'failure'
  | 'inactive'
  | 'error'

export interface DeploymentOptions {
  readonly api: GithubApi
  /** `OWNER/NAME`. */
  readonly repository: string
  readonly environment: string
  /** Page of the workflow run; GitHub links the deployment to it. */
  readonly logUrl: string | undefined
}

const created = v.object({ id: v.pipe(v.number(), v.safeInteger()) })
/** GitHub refuses longer ones. */
const MOST_DESCRIPTION = 140

/**
 * Tells GitHub of one deployment, in order and beside it: nothing waits for GitHub until `settled`, and
 * nothing that GitHub does or fails to do reaches the deployment itself.
 */
export class DeploymentTeller {
  readonly #options: DeploymentOptions
  #last: Promise<void> = Promise.resolve()
  #begun = false
  #id: number | undefined
  #finding: Finding | undefined

  constructor(options: DeploymentOptions) {
    this.#options = options
  }

  /** Creates the deployment of a commit, once: no merge, and no check that GitHub would ask of it. */
  begin(commit: CommitId): void {
    if (this.#begun) return
    this.#begun = true
    const { api, repository, environment } = this.#options
    this.#then(async () => {
      const body = {
        ref: commit,
        environment,
        auto_merge: false,
        required_contexts: [],
        description: 'rolled out by bulkhead',
      }
      const { id } = await api.post(`repos/${repository}/deployments`, body, created)
      this.#id = id
    })
    this.tell('queued', 'waits for the lease')
  }

  /** One more status of it; nothing where it was not begun. */
  tell(state: DeploymentState, description: string): void {
    if (!this.#begun) return
    const { api, repository, logUrl } = this.#options
    this.#then(async () => {
      if (this.#id === undefined) return
      await api.post(
        `repos/${repository}/deployments/${this.#id}/statuses`,
        {
          state,
          description: fit(description),
          ...(logUrl === undefined ? {} : { log_url: logUrl }),
        },
        created,
      )
    })
  }

  /** Waits until everything is told; says what was not. */
  async settled(): Promise<readonly Finding[]> {
    await this.#last
    return this.#finding === undefined ? [] : [this.#finding]
  }

  /** The first failure is kept: what comes after it only repeats it. */
  #then(act: () => Promise<void>): void {
    this.#last = this.#last.then(act).catch((error: unknown) => {
      if (!(error instanceof WorldError)) throw error
      const [cause] = error.findings
      this.#finding ??= {
        code: 'notify/undelivered',
        subject: 'GitHub deployment',
        message: `${cause?.subject ?? this.#options.repository} ${cause?.message ?? 'failed'}`,
        remedy:
          'the rollout went its way; give this job `deployments: write`, or look whether GitHub reports an incident',
      }
    })
  }
}

function fit(text: string): string {
  const letters = Array.from(text)
  return letters.length <= MOST_DESCRIPTION
    ? text
    : `${letters.slice(0, MOST_DESCRIPTION - 1).join('')}…`
}
