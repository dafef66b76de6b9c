/** How much a notice wants of its reader: `page` wakes somebody. */
export type Urgency = 'info' | 'warning' | 'page'

interface ChannelPolicy {
  /** The least urgency that the channel hears of. */
  readonly urgency: Urgency
}

/** The variable holds the address of an incoming webhook. */
export interface SlackPolicy extends ChannelPolicy {
  readonly kind: 'slack'
  readonly urlFrom: string
}

/** The variable holds the secret that signs what is posted. */
export interface WebhookPolicy extends ChannelPolicy {
  readonly kind: 'webhook'
  readonly url: string
  readonly secretFrom: string
}

/** The variable holds the routing key of an integration. */
export interface PagerDutyPolicy extends ChannelPolicy {
  readonly kind: 'pagerduty'
  readonly routingKeyFrom: string
  readonly region: 'us' | 'eu'
}

/** The variable holds an API token; incidents are opened synchronously, and who acknowledged is asked. */
export interface PagerDutyIncidentsPolicy extends ChannelPolicy {
  readonly kind: 'pagerduty-incidents'
  readonly tokenFrom: string
  readonly service: string
  /** Email of a user of the account. */
  readonly from: string
  readonly region: 'us' | 'eu'
}

/** One way to tell people what happens. */
export type NotifyPolicy = SlackPolicy | WebhookPolicy | PagerDutyPolicy | PagerDutyIncidentsPolicy
