import { createHmac, randomUUID } from 'node:crypto'
import type { WebhookPolicy } from '@bulkhead/policy'
import type { Channel, Notice } from './notice.ts'
import { type Outgoing, post } from './outgoing.ts'

/**
 * Any server that takes JSON. Signed in the way of the Standard Webhooks specification 1.0.0: headers
 * `webhook-id`, `webhook-timestamp` (seconds) and `webhook-signature` (`v1,` and the base64 of
 * HMAC-SHA256 over `id.timestamp.body`), so that a receiver can tell our notices from others'.
 */
export function webhookChannel(policy: WebhookPolicy, { exchange, secrets }: Outgoing): Channel {
  const name = `webhook (${new URL(policy.url).host})`
  return {
    name,
    from: policy.urgency,
    async deliver(notice, signal) {
      const secret = secrets(policy.secretFrom)
      const key = secret === undefined ? undefined : webhookKey(secret)
      if (key === undefined)
        return { kind: 'failed', channel: name, why: `$${policy.secretFrom} holds no secret` }
      const body = JSON.stringify(webhookBody(notice))
      const id = `msg_${randomUUID()}`
      const seconds = Math.floor(notice.at / 1000)
      const headers = {
        'webhook-id': id,
        'webhook-timestamp': String(seconds),
        'webhook-signature': signatureOf(key, `${id}.${seconds}.${body}`),
      }
      const why = await post(exchange, { url: policy.url, headers, body }, signal)
      return why === undefined
        ? { kind: 'delivered', channel: name }
        : { kind: 'failed', channel: name, why }
    },
  }
}

/** Standard Webhooks: `whsec_` and the key in base64; any other text is the key itself. */
function webhookKey(secret: string): Buffer | undefined {
  const text = secret.trim()
  if (text === '') return undefined
  return text.startsWith('whsec_') ? Buffer.from(text.slice(6), 'base64') : Buffer.from(text)
}

const signatureOf = (key: Buffer, signed: string): string =>
  `v1,${createHmac('sha256', key).update(signed).digest('base64')}`

/** What a receiver gets: a type, a time, and the notice as it is. Receivers escape what they show. */
export const webhookBody = (notice: Notice): object => ({
  type: `bulkhead.${notice.event}`,
  timestamp: new Date(notice.at).toISOString(),
  data: {
    about: notice.about,
    environment: notice.environment,
    urgency: notice.urgency,
    over: notice.over,
    headline: notice.headline,
    next: notice.next ?? null,
    facts: Object.fromEntries(notice.facts.map(({ name, value }) => [name, value])),
    link: notice.link ?? null,
  },
})
