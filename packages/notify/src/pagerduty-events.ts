import { createHash } from 'node:crypto'
import type { PagerDutyPolicy } from '@bulkhead/policy'
import { printable } from '@bulkhead/vocabulary'
import type { Channel, Notice } from './notice.ts'
import { type Outgoing, post } from './outgoing.ts'

const HOSTS = { us: 'events.pagerduty.com', eu: 'events.eu.pagerduty.com' } as const
const SEVERITIES = { info: 'info', warning: 'warning', page: 'critical' } as const

/** PagerDuty cuts a summary at 1,024 characters and refuses events of over 512 KiB. */
const SUMMARY = 1_024
const DETAIL = 2_000

/**
 * PagerDuty by its Events API v2 (`POST /v2/enqueue`). An answer of 202 says that the event was queued,
 * not that anybody was paged: whoever must know waits for the acknowledgement of the incident.
 */
export function pagerDutyChannel(
  policy: PagerDutyPolicy,
  { exchange, secrets }: Outgoing,
): Channel {
  const name = `pagerduty ($${policy.routingKeyFrom})`
  return {
    name,
    from: policy.urgency,
    async deliver(notice, signal) {
      const key = secrets(policy.routingKeyFrom)?.trim()
      if (key === undefined || !/^[A-Za-z0-9]{32}$/.test(key))
        return {
          kind: 'failed',
          channel: name,
          why: `$${policy.routingKeyFrom} holds no routing key of 32 characters`,
        }
      const url = `https://${HOSTS[policy.region]}/v2/enqueue`
      const body = JSON.stringify({ routing_key: key, ...pagerDutyEvent(notice) })
      const why = await post(exchange, { url, body }, signal)
      return why === undefined
        ? { kind: 'delivered', channel: name }
        : { kind: 'failed', channel: name, why }
    },
  }
}

/** All notices about one thing share an alert, and the one that says that it is over resolves it. */
export function pagerDutyEvent(notice: Notice): object {
  const dedup_key = createHash('sha256').update(notice.about).digest('hex')
  if (notice.over) return { event_action: 'resolve', dedup_key }
  return {
    event_action: 'trigger',
    dedup_key,
    payload: {
      summary: printable(`${notice.environment}: ${notice.headline}`, SUMMARY - 1),
      source: printable(`bulkhead/${notice.environment}`, 200),
      severity: SEVERITIES[notice.urgency],
      timestamp: new Date(notice.at).toISOString(),
      class: notice.event,
      custom_details: Object.fromEntries(
        [
          ...(notice.next === undefined ? [] : [{ name: 'now', value: notice.next }]),
          ...notice.facts,
        ].map(({ name, value }) => [printable(name, 100), printable(value, DETAIL)]),
      ),
    },
    ...(notice.link === undefined ? {} : { links: [{ href: notice.link, text: 'Open' }] }),
  }
}
