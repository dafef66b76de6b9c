import { judgeChange, judgeLane } from '@bulkhead/hotfix'
import type { HotfixFacts, HotfixOnRecord, Severity } from '@bulkhead/ledger'
import type { Channel } from '@bulkhead/notify'
import type { CommitId, Finding } from '@bulkhead/vocabulary'
import type { TrustedBase } from '../trusted-ref.ts'
import type { Workspace } from '../workspace.ts'
import { type HotfixRequest, openHotfixes } from './hotfix-access.ts'
import { keepFacts, openWhenTime } from './sealed-facts.ts'
import { channelsOf, tellHotfix } from './tell-hotfix.ts'

export interface DeclareRequest extends Omit<HotfixRequest, 'hotfix'> {
  readonly commit: CommitId
  readonly severity: Severity
  /** What it fixes; the salt is 64 random hex digits. */
  readonly facts: HotfixFacts
  /** Whether the facts stay out of every public place until the fix is everywhere. */
  readonly embargo: boolean
  /** Tries out the lane with a release that changes nothing. */
  readonly drill?: boolean
  /** Default: those of the policy. */
  readonly channels?: readonly Channel[]
  readonly link?: string
}

export type Declared =
  | { readonly kind: 'refused'; readonly findings: readonly Finding[] }
  | {
      readonly kind: 'declared'
      readonly hotfix: HotfixOnRecord
      /** Channels that were not told: said, and a debt; they stop nothing. */
      readonly undelivered: readonly Finding[]
    }

/**
 * Declares a hotfix: opens its record, starts its clock, pages. Killed in between and called again it
 * goes on where it stood: one commit is one open hotfix.
 */
export async function declareHotfix(
  workspace: Workspace,
  request: DeclareRequest,
): Promise<Declared> {
  const { base, ledger, policy } = await openHotfixes(workspace, request)
  const { commit, actors, drill = false } = request
  const openOf = () =>
    ledger.known().hotfixes.findLast((one) => one.commit === commit && one.closed === null)
  await ledger.state()
  if (openOf() === undefined) {
    const findings = [
      ...judgeLane({
        advisory: request.facts.advisory,
        drill,
        earlier: base.ledger.state.hotfixes,
        policy,
        now: workspace.clock.now(),
      }),
      ...(await refuseChange(workspace, base, { commit, drill })),
    ]
    if (findings.length > 0) return { kind: 'refused', findings }
    await ledger.append([
      {
        kind: 'hotfix.declared',
        release: { commit, artifacts: [] },
        actors,
        data: {
          base: base.ledger.state.released?.commit ?? null,
          severity: request.severity,
          disclosure: request.embargo ? 'when-everywhere' : 'at-once',
          sealed: await keepFacts(workspace, request.facts),
          ...(drill ? { purpose: 'drill' } : {}),
        },
      },
    ])
  }
  const hotfix = openOf()
  if (hotfix === undefined) throw new TypeError('it was declared')
  await openWhenTime(workspace, ledger, hotfix, actors)
  const undelivered =
    hotfix.pages.length > 0 ? [] : await page(workspace, request, { base, ledger, hotfix })
  return { kind: 'declared', hotfix: openOf() ?? hotfix, undelivered }
}

/** Whether a change may take the lane, against what is deployed now. Asked again before it ships. */
export async function refuseChange(
  { repository }: Workspace,
  { policy, ledger, genesis }: TrustedBase,
  { commit, drill }: Pick<HotfixOnRecord, 'commit' | 'drill'>,
): Promise<readonly Finding[]> {
  const deployed = ledger.state.released?.commit ?? genesis
  return judgeChange({
    commit,
    fromDeployed: await repository.isAncestor(deployed, commit),
    changed: await repository.changes(deployed, commit),
    drill,
    policy: policy.policy.hotfix,
  })
}

const page = (
  workspace: Workspace,
  request: DeclareRequest,
  {
    base,
    ledger,
    hotfix,
  }: { base: TrustedBase } & Pick<Parameters<typeof tellHotfix>[1], 'ledger' | 'hotfix'>,
): Promise<readonly Finding[]> =>
  tellHotfix(
    workspace,
    { ledger, hotfix, request, channels: request.channels ?? channelsOf(workspace, base.policy) },
    {
      event: 'hotfix.declared',
      urgency: 'page',
      over: false,
      headline: `hotfix ${hotfix.id} is declared: a person must take it`,
      next: `bulkhead hotfix acknowledge --hotfix ${hotfix.id}`,
      ...(request.link === undefined ? {} : { link: request.link }),
    },
  )
