import type { HotfixOnRecord, Ledger } from '@bulkhead/ledger'
import type { CommitId, Finding } from '@bulkhead/vocabulary'
import { writeLedger } from '../ledger-access.ts'
import { shipRelease } from '../ship-release.ts'
import type { ShipResult } from '../ship-request.ts'
import { type TrustedBase, findBegunBase } from '../trusted-ref.ts'
import type { Workspace } from '../workspace.ts'
import {
  type ShipHotfixRequest,
  breakers,
  prepareHotfix,
  refuseDisagreementNow,
} from './before-hotfix.ts'
import { type Conclusion, concludeHotfix } from './conclude-hotfix.ts'
import { chosenHotfix } from './hotfix-access.ts'
import { openWhenTime } from './sealed-facts.ts'
import { channelDebts } from './tell-hotfix.ts'
import { tellLate } from './tell-late.ts'

export interface ShipHotfixResult extends ShipResult {
  readonly hotfix: number
  readonly commit: CommitId
  /** What is on record about its end; undefined while it is not everywhere. */
  readonly conclusion: Conclusion | undefined
}

/**
 * Ships a hotfix that is declared, judged and approved: whoever rolls out now gives way at the edge of
 * a batch, three waves, the version observed everywhere, and the hole tried before and after. Called
 * again it goes on where it stood; what is on record as shipped is left alone but for its embargo.
 */
export async function shipHotfix(
  workspace: Workspace,
  request: ShipHotfixRequest,
): Promise<ShipHotfixResult> {
  const { hotfix: named, ...asked } = request
  const base = await findBegunBase(workspace, request.environment, request.genesis)
  const hotfix = chosenHotfix(base.ledger.state.hotfixes, named)
  const ledger = await openToWrite(workspace, request, base)
  if (hotfix.shipped !== null) return afterAll(workspace, request, ledger, hotfix)
  const known = { base, hotfix, ledger }
  const late = await tellLate(workspace, { base, ledger, hotfix, request })
  const shipped = await shipRelease(workspace, {
    ...asked,
    commit: hotfix.commit,
    actors: [...asked.actors, ...(await breakers(workspace, request, known))],
    hotfix: {
      name: `hotfix ${hotfix.id}`,
      yieldWithin: base.policy.policy.hotfix.yieldWithin,
      suspectRunning: request.suspectRunning,
      refuse: (artifacts) => prepareHotfix(workspace, request, known, artifacts),
      disagreement: (artifacts) => refuseDisagreementNow(workspace, request, known, artifacts),
    },
  })
  const about = { hotfix: hotfix.id, commit: hotfix.commit }
  const undelivered = [...late, ...(shipped.undelivered ?? [])]
  await oweChannels(workspace, request, base, { hotfix, undelivered })
  if (shipped.result !== 'released')
    return { ...shipped, ...about, undelivered, conclusion: undefined }
  const conclusion = await concludeHotfix(workspace, request, hotfix)
  const findings = [...shipped.findings, ...conclusion.findings]
  return { ...shipped, ...about, undelivered, findings, conclusion }
}

/** It had shipped. Killed before it could tell what was fixed, it tells now. */
async function afterAll(
  workspace: Workspace,
  { actors }: ShipHotfixRequest,
  ledger: Ledger,
  hotfix: HotfixOnRecord,
): Promise<ShipHotfixResult> {
  await openWhenTime(workspace, ledger, hotfix, actors)
  return {
    result: 'released',
    plan: undefined,
    rollout: null,
    matched: [],
    findings: [],
    hotfix: hotfix.id,
    commit: hotfix.commit,
    conclusion: undefined,
  }
}

const openToWrite = (
  workspace: Workspace,
  { environment, keyring, actors }: ShipHotfixRequest,
  base: TrustedBase,
): Promise<Ledger> =>
  writeLedger(workspace, { ...base, environment, policy: base.ledgerPolicy }, keyring, actors)

/** Channels that were down while it shipped: the fix did not wait for them, and they are owed. */
async function oweChannels(
  workspace: Workspace,
  request: ShipHotfixRequest,
  base: TrustedBase,
  {
    hotfix,
    undelivered,
  }: { readonly hotfix: HotfixOnRecord; readonly undelivered: readonly Finding[] },
): Promise<void> {
  if (undelivered.length === 0) return
  const ledger = await openToWrite(workspace, request, base)
  await ledger.state()
  const channels = undelivered.map(({ subject }) => subject)
  const debts = channelDebts(ledger, hotfix.id, channels, request.actors)
  if (debts.length > 0) await ledger.append(debts)
}
