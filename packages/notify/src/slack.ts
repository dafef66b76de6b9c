import type { SlackPolicy } from '@bulkhead/policy'
import { printable } from '@bulkhead/vocabulary'
import type { Channel, Notice } from './notice.ts'
import { type Outgoing, post } from './outgoing.ts'

/** Incoming webhooks live on these hosts and no others: a token in a wrong variable goes nowhere. */
const HOSTS = ['hooks.slack.com', 'hooks.slack-gov.com']

const MARKS = { info: '🟢', warning: '🟠', page: '🔴' } as const

/** Slack's limits: 150 characters in a header, 3,000 in a section, 10 fields of 2,000 each. */
const HEADER = 150
const SECTION = 2_900
const FIELD = 1_900
const FIELDS = 10

/** A channel of Slack, by an incoming webhook whose address is in an environment variable. */
export function slackChannel(policy: SlackPolicy, { exchange, secrets }: Outgoing): Channel {
  const name = `slack ($${policy.urlFrom})`
  return {
    name,
    from: policy.urgency,
    async deliver(notice, signal) {
      const url = webhookAddress(secrets(policy.urlFrom))
      if (url === undefined)
        return { kind: 'failed', channel: name, why: `$${policy.urlFrom} holds no Slack webhook` }
      const body = JSON.stringify(slackMessage(notice))
      const why = await post(exchange, { url, body }, signal)
      return why === undefined
        ? { kind: 'delivered', channel: name }
        : { kind: 'failed', channel: name, why }
    },
  }
}

function webhookAddress(text: string | undefined): string | undefined {
  const url = text === undefined ? null : URL.parse(text.trim())
  return url?.protocol === 'https:' && HOSTS.includes(url.host) ? url.href : undefined
}

/**
 * A notice as Block Kit, with a text for notifications. What comes from outside stands in objects of type
 * `plain_text`, where Slack reads neither links nor mentions; the text is escaped as Slack asks.
 */
export function slackMessage(notice: Notice): object {
  const headline = `${MARKS[notice.urgency]} ${notice.environment}: ${notice.headline}`
  const facts = notice.facts
    .slice(0, FIELDS)
    .map(({ name, value }) => plain(`${printable(name, 100)}: ${value}`, FIELD))
  return {
    text: escape(headline, SECTION),
    mrkdwn: false,
    blocks: [
      { type: 'header', text: plain(headline, HEADER) },
      ...(notice.next === undefined ? [] : [section(`Now: ${notice.next}`)]),
      ...(facts.length === 0 ? [] : [{ type: 'section', fields: facts }]),
      ...(notice.link === undefined ? [] : [button(notice.link)]),
    ],
  }
}

const plain = (text: string, most: number) => ({
  type: 'plain_text',
  text: printable(text, most - 1),
  emoji: false,
})

const section = (text: string) => ({ type: 'section', text: plain(text, SECTION) })

const button = (url: string) => ({
  type: 'actions',
  elements: [{ type: 'button', text: plain('Open', 75), url }],
})

/** Slack's own escaping of a message's text. */
const escape = (text: string, most: number): string =>
  printable(text, most).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
