import type { HotfixOnRecord } from '@bulkhead/ledger'
import type { Channel } from '@bulkhead/notify'
import type { Finding, Milliseconds } from '@bulkhead/vocabulary'
import type { Workspace } from '../workspace.ts'
import { type HotfixRequest, chosenHotfix, openHotfix } from './hotfix-access.ts'
import { channelsOf, tellHotfix } from './tell-hotfix.ts'

export interface PageRequest extends HotfixRequest {
  /** Time from one page to the next. */
  readonly every: Milliseconds
  readonly signal: AbortSignal
  /** Default: those of the policy. */
  readonly channels?: readonly Channel[]
  readonly onPage?: (hotfix: HotfixOnRecord, undelivered: readonly Finding[]) => void
}

/**
 * Pages again and again until a person has taken a hotfix, or it is over. A pager that queued an event
 * has told nobody yet: only somebody's word ends this.
 */
export async function pageUntilAcknowledged(
  workspace: Workspace,
  request: PageRequest,
): Promise<HotfixOnRecord> {
  const { base, ledger, hotfix: first } = await openHotfix(workspace, request)
  const channels = request.channels ?? channelsOf(workspace, base.policy)
  for (;;) {
    const { hotfixes } = await ledger.state()
    const hotfix = chosenHotfix(hotfixes, first.id)
    const isOver = hotfix.acknowledged ?? hotfix.everywhere ?? hotfix.closed
    if (isOver !== null || request.signal.aborted) return hotfix
    const findings = await tellHotfix(
      workspace,
      { ledger, hotfix, channels, request },
      {
        event: 'hotfix.unacknowledged',
        urgency: 'page',
        over: false,
        headline: `hotfix ${hotfix.id} waits for a person since ${hotfix.declared.at}`,
        next: `bulkhead hotfix acknowledge --hotfix ${hotfix.id}`,
      },
      request.signal,
    )
    request.onPage?.(hotfix, findings)
    // Woken early by a cancellation, the loop ends above.
    await workspace.clock.sleep(request.every, request.signal).catch(() => undefined)
  }
}

/** A person takes a hotfix: nobody is paged for it any more. Taking it twice changes nothing. */
export async function acknowledgeHotfix(
  workspace: Workspace,
  request: HotfixRequest,
): Promise<HotfixOnRecord> {
  const { ledger, hotfix } = await openHotfix(workspace, request)
  if (hotfix.acknowledged !== null) return hotfix
  const data = { of: hotfix.id, how: 'person' }
  await ledger.append([{ kind: 'hotfix.acknowledged', actors: request.actors, data }])
  return chosenHotfix(ledger.known().hotfixes, hotfix.id)
}
