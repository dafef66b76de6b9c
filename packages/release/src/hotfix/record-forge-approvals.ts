import type { HotfixSubject } from '@bulkhead/approvals'
import type { ForgeWord } from '@bulkhead/github'
import type { EntryDraft } from '@bulkhead/ledger'
import { type CommitId, type Digest, type Finding, InputError } from '@bulkhead/vocabulary'
import type { Workspace } from '../workspace.ts'
import { subjectOf } from './approve-hotfix.ts'
import { type HotfixForge, askForWords, readWord } from './forge-approvals.ts'
import { type HotfixRequest, nowFor, openHotfix } from './hotfix-access.ts'
import { peopleTrusted } from './judge-hotfix.ts'

export interface ForgeApprovalRequest extends HotfixRequest {
  readonly forge: HotfixForge
  readonly plan: Digest
  /** Runs whose environment approvals are asked for. */
  readonly runs: readonly string[]
}

export interface CollectedApprovals {
  readonly hotfix: number
  readonly commit: CommitId
  /** What was put on record now. */
  readonly recorded: readonly string[]
  /** Why the others do not count. */
  readonly refused: readonly Finding[]
}

/**
 * Puts on record what people agree to on the forge, by reference: whether it still holds is asked again
 * when it is used. What is on record already is left alone.
 * @throws WorldError when the forge does not answer; nothing is recorded then
 */
export async function recordForgeApprovals(
  workspace: Workspace,
  request: ForgeApprovalRequest,
): Promise<CollectedApprovals> {
  const { base, ledger, hotfix } = await openHotfix(workspace, request)
  const { environment, plan, forge, runs, actors } = request
  if (hotfix.closed !== null) throw overAlready(hotfix.id)
  const subject = subjectOf(base, environment, hotfix, plan)
  const { trusted, principals } = await peopleTrusted(workspace, base)
  const { words } = await askForWords({ hotfix, subject }, forge, runs)
  const now = nowFor(workspace, hotfix)
  const read = words.map((word) => ({
    word,
    reading: readWord(word, { base, subject, trusted, principals, now }),
  }))
  const fresh = read
    .filter(({ reading }) => reading.kind === 'given')
    .filter(({ word }) => !hotfix.approvals.some(({ proof }) => proof === word.reference))
    .map(({ word }) => word)
  const artifacts = ledger.known().verdicts[hotfix.commit]?.artifacts ?? []
  const entries = fresh.map((word) => entryOf(word, subject, { artifacts, actors }))
  if (entries.length > 0) await ledger.append(entries)
  return {
    hotfix: hotfix.id,
    commit: hotfix.commit,
    recorded: fresh.map(({ reference, account }) => `${reference} (${account.login})`),
    refused: read.flatMap(({ reading }) => (reading.kind === 'refused' ? [reading.finding] : [])),
  }
}

/** The approver first: by number, for the ledger cannot forget a name. */
const entryOf = (
  { source, reference, account }: ForgeWord,
  { hotfix, commit, plan }: HotfixSubject,
  {
    artifacts,
    actors,
  }: Pick<NonNullable<EntryDraft['release']>, 'artifacts'> & {
    readonly actors: EntryDraft['actors']
  },
): EntryDraft => ({
  kind: 'hotfix.approved',
  release: { commit, artifacts },
  actors: [{ provider: 'github', id: String(account.id), role: 'approver' }, ...actors],
  data: { of: hotfix, plan, source, proof: reference },
})

const overAlready = (id: number): InputError =>
  new InputError({
    code: 'hotfix/unknown',
    subject: `hotfix ${id}`,
    message: 'is closed: nobody is asked about it any more',
    remedy: '`bulkhead hotfix status` shows those that are open',
  })
