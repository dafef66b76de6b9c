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
  news: HotfixNews,
  signal?: AbortSignal,
): Promise<readonly Finding[]> {
  const { id, commit, severity } = hotfix
  const notice: Notice = {
    ...news,
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
  const owed = new Set(
    ledger
      .known()
      .hotfixes.find((one) => one.id === id)
      ?.debts.map(({ name }) => name),
  )
  await ledger.append([
    { kind: 'hotfix.paged', actors, data: { of: id, told: named('delivered'), failed } },
    ...failed
      .map((channel) => `channel ${channel}`)
      .filter((debt) => !owed.has(debt))
      .map((debt): EntryDraft => ({
        kind: 'debt.owed',
        actors,
        data: { of: id, debt, why: 'it was down when the hotfix wanted it' },
      })),
  ])
  return undelivered(deliveries)
}
