import type { HotfixOnRecord } from '@bulkhead/ledger'
import type { Channel } from '@bulkhead/notify'
import type { Finding, Milliseconds } from '@bulkhead/vocabulary'
import type { Workspace } from '../workspace.ts'
import { type HotfixRequest, chosenHotfix, openHotfix } from './hotfix-access.ts'
import { channelsOf, hotfixAbout, tellHotfix } from './tell-hotfix.ts'

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
    const id = await takenByPager(
      channels,
      hotfixAbout(request.environment, hotfix.id),
      request.signal,
    )
    if (id !== undefined) {
      const actors = [{ provider: 'pagerduty', id, role: 'responder' }]
      const data = { of: hotfix.id, how: 'pager' }
      await ledger.append([{ kind: 'hotfix.acknowledged', actors, data }])
      continue
    }
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

/** Who has taken it by the word of a channel that can tell; no channel's silence is a yes. */
async function takenByPager(
  channels: readonly Channel[],
  about: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  for (const channel of channels) {
    const id = await channel.acknowledgedBy?.(about, signal)
    if (id !== undefined) return id
  }
  return undefined
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
