import { planFor } from '@bulkhead/release'
import { type Lane, renderPlan } from '@bulkhead/rollout'
import { Option } from 'commander'
import type { CommandResult } from '../command-result.ts'
import {
  type EnvironmentOptions,
  environmentOf,
  withEnvironmentOptions,
} from '../environment-options.ts'
import { type Register, answer } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'

interface Options extends EnvironmentOptions {
  readonly commit: string
  readonly lane: Lane
}

export const registerPlan: Register = (program, host) => {
  withEnvironmentOptions(program.command('plan'), 'plan --environment production')
    .description(
      'show how a release would roll out now, with the reason for every number; changes nothing',
    )
    .option('--commit <rev>', 'the commit to plan for', 'HEAD')
    .addOption(
      new Option('--lane <lane>', 'hotfix: the plan that people agree to')
        .choices(['standard', 'hotfix'])
        .default('standard'),
    )
    .action((options: Options) =>
      answer(host, 'plan', options, () =>
        inWorkspace(options, async (workspace): Promise<CommandResult> => {
          const planned = await planFor(workspace, {
            environment: await environmentOf(workspace, options),
            commit: await workspace.repository.resolveCommit(options.commit),
            lane: options.lane,
            ...(options.genesis === undefined ? {} : { genesis: options.genesis }),
          })
          if (planned.kind === 'refused')
            return {
              outcome: 'blocked',
              findings: planned.findings,
              json: { plan: null },
              text: [],
            }
          return {
            outcome: 'passed',
            findings: [],
            json: { plan: planned.plan },
            text: [
              ...renderPlan(planned.plan).split('\n'),
              ...(options.lane === 'hotfix'
                ? [
                    'you agree to exactly this, for minutes, with:',
                    `  bulkhead hotfix approve --plan ${planned.plan.digest} --reason TEXT`,
                  ]
                : []),
            ],
          }
        }),
      ),
    )
}
