import { join } from 'node:path'
import { principalBehind, renderIncidentPage } from '@bulkhead/hotfix'
import { writeWhole } from '../build-release.ts'
import { outputFile } from '../output-file.ts'
import { verifyWholeLedger } from '../ledger-access.ts'
import { findBegunBase } from '../trusted-ref.ts'
import { type Workspace, ownDirectory } from '../workspace.ts'
import { chosenHotfix, nowFor } from './hotfix-access.ts'
import { type StatusQuestion, hotfixStatus } from './hotfix-status.ts'
import { peopleTrusted } from './judge-hotfix.ts'
import { recallFacts } from './sealed-facts.ts'

export interface IncidentQuestion extends StatusQuestion {
  /** Absolute path of the page; by default below the git directory. */
  readonly file: string | undefined
}

/**
 * Writes a hotfix as one page: clock, budget, people, timeline, debts. It names people as the trusted
 * ref does, and what was fixed as soon as that may be told.
 * @returns where the page lies, and the number of the hotfix
 */
export async function writeIncident(
  workspace: Workspace,
  question: IncidentQuestion,
): Promise<{ readonly file: string; readonly hotfix: number }> {
  const { environment, genesis, hotfix: named, file } = question
  const chosen = file === undefined ? undefined : await outputFile(file)
  const base = await findBegunBase(workspace, environment, genesis)
  const hotfix = chosenHotfix(base.ledger.state.hotfixes, named)
  const [status] = await hotfixStatus(workspace, { ...question, hotfix: hotfix.id })
  if (status === undefined) throw new TypeError('it was chosen from those on record')
  const address = { ...base, environment, policy: base.ledgerPolicy }
  const { entries } = await verifyWholeLedger(workspace, address)
  const { principals } = await peopleTrusted(workspace, base)
  const told = !hotfix.embargo || hotfix.everywhere !== null
  const page = renderIncidentPage({
    ...status,
    environment,
    entries,
    facts: told ? await recallFacts(workspace, hotfix) : undefined,
    nameOf: (actor) => principalBehind(actor, principals)?.name ?? actor,
    now: nowFor(workspace, hotfix),
  })
  const folder = join(ownDirectory(workspace.repository), 'hotfixes', 'pages')
  const path = file ?? join(folder, `${environment}-${hotfix.id}.html`)
  if (chosen === undefined) await writeWhole(path, Buffer.from(page))
  else await chosen.write(page)
  return { file: path, hotfix: hotfix.id }
}
