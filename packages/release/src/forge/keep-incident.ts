import { keepIssue } from '@bulkhead/github'
import { type IncidentSource, incidentText, incidentTitle } from '@bulkhead/hotfix'
import { type Finding, WorldError } from '@bulkhead/vocabulary'
import { type HotfixRequest, openHotfix } from '../hotfix/hotfix-access.ts'
import type { HotfixStatus } from '../hotfix/hotfix-status.ts'
import { repayDebt } from '../hotfix/repay-debt.ts'
import { hotfixAbout } from '../hotfix/tell-hotfix.ts'
import type { Workspace } from '../workspace.ts'
import type { GithubAccess } from './github-access.ts'

export const INCIDENT_LABEL = 'bulkhead-hotfix'

export interface Incident extends Pick<IncidentSource, 'environment' | 'agreement' | 'links'> {
  readonly status: HotfixStatus
}

/**
 * Opens the issue of a hotfix, or writes how it stands now into it.
 * @returns its address
 * @throws WorldError when GitHub does not answer; called again it finds what is there
 */
export function keepIncident(
  { api, repository }: Pick<GithubAccess, 'api' | 'repository'>,
  incident: Incident,
): Promise<string> {
  const source = sourceOf(incident)
  return keepIssue(api, repository, {
    about: hotfixAbout(incident.environment, source.hotfix.id),
    label: INCIDENT_LABEL,
    title: incidentTitle(source),
    body: incidentText(source),
    state: source.hotfix.closed === null ? 'open' : 'closed',
    owner: 'ours',
  })
}

/** What the ledger has not opened is in no issue, whatever this clone knows. */
const sourceOf = ({ status, ...incident }: Incident): IncidentSource => ({
  ...incident,
  ...status,
  facts: status.hotfix.facts ?? undefined,
})

/** What a channel that failed is called where it is owed. */
const CHANNEL = 'channel GitHub issue'

export interface ToldIncident {
  /** Its address; undefined when GitHub does not answer. */
  readonly issue: string | undefined
  readonly findings: readonly Finding[]
}

/**
 * As {@link keepIncident}, and stops nothing: where GitHub does not answer that is owed, and repaid by
 * the next time that it does.
 * @param writing what the ledger needs; undefined where nothing may be written
 */
export async function keepIncidentOrOwe(
  workspace: Workspace,
  writing: Omit<HotfixRequest, 'hotfix'> | undefined,
  github: Pick<GithubAccess, 'api' | 'repository'>,
  incident: Incident,
): Promise<ToldIncident> {
  const { id, debts, closed } = incident.status.hotfix
  const request = writing && { ...writing, hotfix: id }
  const owed = debts.find(({ name }) => name === CHANNEL)
  try {
    const issue = await keepIncident(github, incident)
    if (owed?.repaid === null && request !== undefined && closed === null)
      await repayDebt(workspace, {
        ...request,
        debt: CHANNEL,
        evidence: issue,
        items: [],
        into: '',
      })
    return { issue, findings: [] }
  } catch (error) {
    if (!(error instanceof WorldError)) throw error
    if (owed === undefined && request !== undefined && closed === null)
      await owe(workspace, request)
    const [cause] = error.findings
    const message = `${cause?.subject ?? github.repository} ${cause?.message ?? 'failed'}`
    return { issue: undefined, findings: [undelivered(message)] }
  }
}

async function owe(workspace: Workspace, request: HotfixRequest): Promise<void> {
  const { ledger, hotfix } = await openHotfix(workspace, request)
  const { actors } = request
  const why = 'it was down when the hotfix wanted it'
  await ledger.append([{ kind: 'debt.owed', actors, data: { of: hotfix.id, debt: CHANNEL, why } }])
}

const undelivered = (message: string): Finding => ({
  code: 'notify/undelivered',
  subject: 'incident issue',
  message,
  remedy: 'the hotfix went its way; give this job `issues: write`, and run the step again',
})
