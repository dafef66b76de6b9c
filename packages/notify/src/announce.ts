import type { NotifyPolicy, Urgency } from '@bulkhead/policy'
import type { Finding } from '@bulkhead/vocabulary'
import type { Channel, Delivery, Notice } from './notice.ts'
import type { Outgoing } from './outgoing.ts'
import { pagerDutyChannel } from './pagerduty-events.ts'
import { pagerDutyIncidentsChannel } from './pagerduty-incidents.ts'
import { slackChannel } from './slack.ts'
import { webhookChannel } from './webhook.ts'

const ORDER: readonly Urgency[] = ['info', 'warning', 'page']

/** The channels that a policy declares. */
export const openChannels = (
  policies: readonly NotifyPolicy[],
  outgoing: Outgoing,
): readonly Channel[] => policies.map((policy) => openChannel(policy, outgoing))

function openChannel(policy: NotifyPolicy, outgoing: Outgoing): Channel {
  switch (policy.kind) {
    case 'slack':
      return slackChannel(policy, outgoing)
    case 'webhook':
      return webhookChannel(policy, outgoing)
    case 'pagerduty':
      return pagerDutyChannel(policy, outgoing)
    case 'pagerduty-incidents':
      return pagerDutyIncidentsChannel(policy, outgoing)
  }
}

/**
 * Tells every channel that wants to hear of it, all at once. A channel that fails is no reason to stop
 * anything: it is said, and the others were told. Who
 * was told of something also hears that it is over.
 */
export const announce = (
  channels: readonly Channel[],
  notice: Notice,
  signal?: AbortSignal,
): Promise<readonly Delivery[]> =>
  Promise.all(
    channels
      .filter((channel) => wants(channel, notice))
      .map((channel) => channel.deliver(notice, signal)),
  )

const wants = ({ from }: Channel, { urgency, over }: Notice): boolean =>
  over || ORDER.indexOf(urgency) >= ORDER.indexOf(from)

/** What did not get through, for the record and the screen. */
export const undelivered = (deliveries: readonly Delivery[]): readonly Finding[] =>
  deliveries.flatMap((delivery): readonly Finding[] =>
    delivery.kind === 'delivered'
      ? []
      : [
          {
            code: 'notify/undelivered',
            subject: delivery.channel,
            message: delivery.why,
            remedy: 'tell people by another way; then mend the channel (`bulkhead notify test`)',
          },
        ],
  )
