import * as v from 'valibot'
import { explain, variableKey } from './forms.ts'

const secretVariable = (meaning: string, example: string) =>
  explain(variableKey, {
    form: 'the name of an environment variable (letters, digits, _)',
    meaning,
    example,
  })

const urgencyForm = v.optional(
  explain(v.picklist(['info', 'warning', 'page']), {
    form: 'info (everything), warning (what wants eyes today) or page (what wakes somebody)',
    meaning: 'The least urgency that this channel hears of.',
    example: 'warning',
  }),
  'info',
)

const kind = <const Kind extends string>(name: Kind) =>
  explain(v.literal(name), { form: name, meaning: 'The kind of channel.', example: name })

const slackForm = v.strictObject({
  kind: kind('slack'),
  'url-from': secretVariable(
    'The variable that holds the address of an incoming webhook. The address itself is a secret.',
    'SLACK_WEBHOOK_URL',
  ),
  urgency: urgencyForm,
})

const webhookForm = v.strictObject({
  kind: kind('webhook'),
  url: explain(v.pipe(v.string(), v.maxLength(2048), v.check(isHttps)), {
    form: 'an address that begins with https:// and names no user',
    meaning: 'Where notices are posted, as JSON.',
    example: 'https://hooks.example.net/bulkhead',
  }),
  'secret-from': secretVariable(
    'The variable that holds the secret by which notices are signed (Standard Webhooks).',
    'BULKHEAD_WEBHOOK_SECRET',
  ),
  urgency: urgencyForm,
})

const pagerDutyForm = v.strictObject({
  kind: kind('pagerduty'),
  'routing-key-from': secretVariable(
    'The variable that holds the routing key of an Events API v2 integration.',
    'PAGERDUTY_ROUTING_KEY',
  ),
  region: v.optional(
    explain(v.picklist(['us', 'eu']), {
      form: 'us or eu',
      meaning: 'The service region of the account.',
      example: 'us',
    }),
    'us',
  ),
  urgency: v.optional(urgencyForm.wrapped, 'page'),
})

const incidentsForm = v.strictObject({
  kind: kind('pagerduty-incidents'),
  'token-from': secretVariable(
    'The variable that holds an API token that may write incidents (REST API v2).',
    'PAGERDUTY_TOKEN',
  ),
  service: explain(v.pipe(v.string(), v.regex(/^P[A-Z0-9]{5,20}$/)), {
    form: 'the id of a service of PagerDuty: P and capital letters or digits',
    meaning: 'The service whose incident it is.',
    example: 'PABC123',
  }),
  from: explain(
    v.pipe(v.string(), v.maxLength(254), v.regex(/^[A-Za-z0-9.+_-]+@[A-Za-z0-9.-]+$/)),
    {
      form: 'an email address of a user of the account',
      meaning: 'In whose name incidents are opened; PagerDuty wants one.',
      example: 'oncall@example.com',
    },
  ),
  region: pagerDutyForm.entries.region,
  urgency: pagerDutyForm.entries.urgency,
})

const slackExample = { kind: 'slack', 'url-from': 'SLACK_WEBHOOK_URL' }

const channelForm = explain(
  v.variant('kind', [slackForm, webhookForm, pagerDutyForm, incidentsForm]),
  {
    form: 'a mapping with a kind (slack, webhook, pagerduty or pagerduty-incidents) and the keys of that kind',
    meaning: 'One way to tell people what happens.',
    example: slackExample,
  },
)

export const notifyForm = explain(v.pipe(v.array(channelForm), v.maxLength(32)), {
  form: 'a list of channels, each with its kind: slack, webhook, pagerduty or pagerduty-incidents',
  meaning: 'Who is told what happens. Secrets stay in environment variables; here are their names.',
  example: [slackExample],
})

export type NotifyForm = v.InferOutput<typeof notifyForm>[number]

function isHttps(text: string): boolean {
  const url = URL.parse(text)
  return url?.protocol === 'https:' && url.username === '' && url.password === ''
}
