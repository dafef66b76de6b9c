import { announce, openChannels, undelivered } from '@bulkhead/notify'
import { worktreePolicy } from '@bulkhead/release'
import { httpExchange, systemClock } from '@bulkhead/world'
import type { CommandResult } from '../command-result.ts'
import {
  type CommonOptions,
  type Register,
  answer,
  exampleText,
  withCommonOptions,
} from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'

export const registerNotify: Register = (program, host) => {
  const notify = program
    .command('notify')
    .description('who is told what happens: Slack, PagerDuty, webhooks')
    .addHelpText('after', exampleText('notify test'))
  withCommonOptions(notify.command('test'), 'notify test')
    .description(
      'send a notice to every channel of the policy in the work tree, as a page that is over',
    )
    .action((options: CommonOptions) =>
      answer(host, 'notify test', options, () =>
        inWorkspace(options, async (workspace) => {
          const { policy } = await worktreePolicy(workspace)
          return testChannels(openChannels(policy.notify, outgoing()), host.signal)
        }),
      ),
    )
}

const outgoing = () => ({
  exchange: httpExchange({ fetch, clock: systemClock, random: Math.random }),
  secrets: (variable: string) => process.env[variable],
})

async function testChannels(
  channels: ReturnType<typeof openChannels>,
  signal: AbortSignal,
): Promise<CommandResult> {
  const notice = {
    about: 'bulkhead/notify-test',
    event: 'notify.test',
    environment: 'none',
    urgency: 'info',
    // Whatever least urgency a channel has: it is told, and nobody is woken.
    over: true,
    headline: 'This is a test. Nothing happened, and nothing needs to be done.',
    facts: [],
    at: systemClock.now(),
  } as const
  const deliveries = await announce(channels, notice, signal)
  const findings = undelivered(deliveries)
  return {
    outcome: findings.length === 0 ? 'passed' : 'blocked',
    findings,
    json: { channels: deliveries },
    text:
      deliveries.length === 0
        ? ['the policy has no channels (key `notify`)']
        : deliveries.map(
            (delivery) =>
              `${delivery.channel}: ${delivery.kind === 'delivered' ? 'took it' : `did not take it, ${delivery.why}`}`,
          ),
  }
}
