import type { HotfixOnRecord, Ledger } from '@bulkhead/ledger'
import type { Channel } from '@bulkhead/notify'
import type { Finding, Milliseconds } from '@bulkhead/vocabulary'
import type { Workspace } from '../workspace.ts'
import { type HotfixRequest, chosenHotfix, openHotfix } from './hotfix-access.ts'
import { channelsOf, hotfixAbout, tellHotfix } from './tell-hotfix.ts'
import { tellLate } from './tell-late.ts'

export interface PageRequest extends HotfixRequest {
  /** Time from one look to the next. */
  readonly every: Milliseconds
  /** `everywhere`: goes on looking when somebody has it, and tells of every step that is late. */
  readonly until: 'acknowledged' | 'everywhere'
  readonly signal: AbortSignal
  /** Default: those of the policy. */
  readonly channels?: readonly Channel[]
  readonly onPage?: (hotfix: HotfixOnRecord, undelivered: readonly Finding[]) => void
}

/**
 * Pages again and again until a person has taken a hotfix, or it is over. A pager that queued an event
 * has told nobody yet: only somebody's word ends this. Steps that are late are told as they become so.
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
    await tellLate(workspace, { base, ledger, hotfix, request, channels })
    if (isOver(hotfix, request.until) || request.signal.aborted) return hotfix
    if (
      hotfix.acknowledged === null &&
      (await askPeople(workspace, request, { ledger, hotfix, channels }))
    )
      continue
    // Woken early by a cancellation, the loop ends above.
    await workspace.clock.sleep(request.every, request.signal).catch(() => undefined)
  }
}

const isOver = (
  { acknowledged, everywhere, closed }: HotfixOnRecord,
  until: PageRequest['until'],
): boolean =>
  everywhere !== null || closed !== null || (until === 'acknowledged' && acknowledged !== null)

interface Paging {
  readonly ledger: Ledger
  readonly hotfix: HotfixOnRecord
  readonly channels: readonly Channel[]
}

/** Pages once more. @returns whether somebody has taken it by the pager's own word instead */
async function askPeople(
  workspace: Workspace,
  request: PageRequest,
  { ledger, hotfix, channels }: Paging,
): Promise<boolean> {
  const about = hotfixAbout(request.environment, hotfix.id)
  const id = await takenByPager(channels, about, request.signal)
  if (id !== undefined) {
    const actors = [{ provider: 'pagerduty', id, role: 'responder' }]
    const data = { of: hotfix.id, how: 'pager' }
    await ledger.append([{ kind: 'hotfix.acknowledged', actors, data }])
    return true
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
  return false
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
  const { base, ledger, hotfix } = await openHotfix(workspace, request)
  const data = { of: hotfix.id, how: 'person' }
  if (hotfix.acknowledged === null)
    await ledger.append([{ kind: 'hotfix.acknowledged', actors: request.actors, data }])
  const taken = chosenHotfix(ledger.known().hotfixes, hotfix.id)
  await tellLate(workspace, { base, ledger, hotfix: taken, request })
  return chosenHotfix(ledger.known().hotfixes, hotfix.id)
}
