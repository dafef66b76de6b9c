type Sent = Readonly<Record<string, unknown>>

/** A deployment as GitHub keeps it, with everything that was said of it, oldest first. */
export interface StoredDeployment {
  readonly ref: string
  readonly environment: string
  readonly sent: Sent
  readonly statuses: Sent[]
}

/** Creates a deployment; the number of it is the only new thing. */
export function createDeployment(deployments: Map<number, StoredDeployment>, sent: Sent): Sent {
  const { ref, environment = 'production' } = sent
  const id = 4200 + deployments.size
  deployments.set(id, { ref: String(ref), environment: String(environment), sent, statuses: [] })
  return { id, ref, environment, sha: ref }
}

/** GitHub's limit for the description of a status. */
const MOST_DESCRIPTION = 140

/**
 * Adds a status. A success makes every earlier successful deployment of the same environment inactive,
 * unless it says otherwise (`auto_inactive`). Undefined where there is no such deployment, or the
 * description is too long.
 */
export function createStatus(
  deployments: ReadonlyMap<number, StoredDeployment>,
  id: number,
  sent: Sent,
): Sent | undefined {
  const deployment = deployments.get(id)
  const { state, description = '', log_url: logUrl = '', auto_inactive: auto = true } = sent
  if (deployment === undefined || String(description).length > MOST_DESCRIPTION) return undefined
  deployment.statuses.push(sent)
  if (state === 'success' && auto === true)
    for (const [other, { environment, statuses }] of deployments)
      if (
        other !== id &&
        environment === deployment.environment &&
        statuses.at(-1)?.['state'] === 'success'
      )
        statuses.push({ state: 'inactive' })
  return { id: id * 100 + deployment.statuses.length, state, description, log_url: logUrl }
}
