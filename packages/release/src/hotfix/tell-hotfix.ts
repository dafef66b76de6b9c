import type { EntryDraft, HotfixOnRecord, Ledger } from '@bulkhead/ledger'
import { type Channel, type Notice, announce, openChannels, undelivered } from '@bulkhead/notify'
import type { LoadedPolicy } from '@bulkhead/policy'
import type { Finding } from '@bulkhead/vocabulary'
import { httpExchange } from '@bulkhead/world'
import type { Workspace } from '../workspace.ts'
import type { HotfixRequest } from './hotfix-access.ts'

/** The channels that a policy declares, with the secrets of this process. */
export const channelsOf = ({ clock }: Workspace, policy: LoadedPolicy): readonly Channel[] =>
  openChannels(policy.policy.notify, {
    exchange: httpExchange({ fetch, clock, random: Math.random }),
    secrets: (variable) => process.env[variable],
  })

/** What all notices about one hotfix share: a pager makes one incident of them. */
export const hotfixAbout = (environment: string, id: number): string =>
  `${environment}/hotfix/${id}`

export interface HotfixNews extends Pick<Notice, 'event' | 'urgency' | 'over' | 'headline'> {
  readonly next?: string
  readonly link?: string
  /** Steps that it says are late. */
  readonly late?: readonly string[]
}

/**
 * Tells people of a hotfix, and puts on record who was told. A channel that is down stops nothing: the
 * others were told, and that one stays a debt. What the hotfix fixes is never part of it.
 */
export async function tellHotfix(
  workspace: Workspace,
  {
    ledger,
    hotfix,
    channels,
    request: { environment, actors },
  }: {
    readonly ledger: Ledger
    readonly hotfix: HotfixOnRecord
    readonly channels: readonly Channel[]
    readonly request: Pick<HotfixRequest, 'environment' | 'actors'>
  },
  { late = [], ...news }: HotfixNews,
  signal?: AbortSignal,
): Promise<readonly Finding[]> {
  const { id, commit, severity, drill } = hotfix
  const notice: Notice = {
    ...news,
    headline: drill ? `DRILL, nothing is wrong: ${news.headline}` : news.headline,
    about: hotfixAbout(environment, id),
    environment,
    facts: [
      { name: 'severity', value: severity },
      { name: 'commit', value: commit },
      { name: 'status', value: `bulkhead hotfix status --hotfix ${id}` },
    ],
    at: workspace.clock.now(),
  }
  const deliveries = await announce(channels, notice, signal)
  const named = (kind: 'delivered' | 'failed') =>
    deliveries.filter((delivery) => delivery.kind === kind).map(({ channel }) => channel)
  const failed = named('failed')
  const told = { of: id, told: named('delivered'), failed }
  await ledger.append([
    {
      kind: 'hotfix.paged',
      actors,
      data: late.length === 0 ? told : { ...told, late: [...late] },
    },
    ...channelDebts(ledger, id, failed, actors),
  ])
  return undelivered(deliveries)
}

/** A channel that is down stops nothing; that it is mended is owed, once. */
export function channelDebts(
  ledger: Pick<Ledger, 'known'>,
  of: number,
  failed: readonly string[],
  actors: HotfixRequest['actors'],
): readonly EntryDraft[] {
  const debts = ledger.known().hotfixes.find(({ id }) => id === of)?.debts ?? []
  return [...new Set(failed)]
    .map((channel) => `channel ${channel}`)
    .filter((debt) => !debts.some(({ name }) => name === debt))
    .map((debt) => ({
      kind: 'debt.owed',
      actors,
      data: { of, debt, why: 'it was down when the hotfix wanted it' },
    }))
}
