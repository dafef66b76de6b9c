import { type Notice, announce, undelivered } from '@bulkhead/notify'
import type { LoadedPolicy } from '@bulkhead/policy'
import type { Finding } from '@bulkhead/vocabulary'
import { channelsOf } from '../hotfix/tell-hotfix.ts'
import type { Workspace } from '../workspace.ts'
import type { ZoneRequest, ZoneResult } from './zone-request.ts'

type News = Pick<Notice, 'event' | 'urgency' | 'over'> & { readonly says: string }

/** What came of a zone, for people. A refusal changed nothing: whoever asked knows it already. */
const NEWS: Readonly<Record<Exclude<ZoneResult['result'], 'refused'>, News>> = {
  shifted: { event: 'zone.shifted', urgency: 'warning', over: false, says: 'gets no traffic' },
  restored: { event: 'zone.restored', urgency: 'info', over: true, says: 'has its traffic again' },
  failed: {
    event: 'zone.failed',
    urgency: 'warning',
    over: false,
    says: 'counts as away: what was begun with it did not come to its end',
  },
}

/**
 * Tells the channels of the policy what was done to a zone, once it is on record. Channels that did not
 * take it are named; they change nothing else.
 */
export async function tellZone(
  workspace: Workspace,
  policy: LoadedPolicy,
  request: Pick<ZoneRequest, 'environment' | 'reason'>,
  ended: ZoneResult,
): Promise<readonly Finding[]> {
  const notice = noticeOf(request, ended, workspace.clock.now())
  return notice === undefined
    ? []
    : undelivered(await announce(channelsOf(workspace, policy), notice))
}

/** The notice itself; undefined where nothing was changed. */
export function noticeOf(
  { environment, reason }: Pick<ZoneRequest, 'environment' | 'reason'>,
  { result, place, findings }: ZoneResult,
  at: number,
): Notice | undefined {
  if (result === 'refused') return undefined
  const name = `${place.region}/${place.zone}`
  const { says, ...news } = NEWS[result]
  return {
    ...news,
    about: `${environment}/zone/${name}`,
    environment,
    headline: `zone ${name} of ${environment} ${says}`,
    facts: [
      ...(reason === '' ? [] : [{ name: 'reason', value: reason }]),
      ...findings.map(({ code, message }) => ({ name: code, value: message })),
    ],
    ...(result === 'restored'
      ? {}
      : { next: `when it is well: bulkhead zone restore ${name} --environment ${environment}` }),
    at,
  }
}
