import { statusOf } from '@bulkhead/release'
import type { CommandResult } from '../command-result.ts'
import {
  type EnvironmentOptions,
  environmentOf,
  withEnvironmentOptions,
} from '../environment-options.ts'
import { type Register, answer } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'

export const registerStatus: Register = (program, host) => {
  withEnvironmentOptions(program.command('status'), 'status --environment production')
    .description('what is released, who holds the lease, and what the fleet says')
    .action((options: EnvironmentOptions) =>
      answer(host, 'status', options, () =>
        inWorkspace(options, async (workspace): Promise<CommandResult> => {
          const environment = await environmentOf(workspace, options)
          const status = await statusOf(workspace, environment, options.genesis)
          const { released, lease, rollout } = status.ledger
          return {
            outcome: 'passed',
            findings: [],
            json: { environment, ...status },
            text: [
              `${environment}: ${released === null ? 'nothing has been released yet' : `released is ${released.commit}`}`,
              `  lease: ${lease === null ? 'free' : `held by ${lease.holder}, fencing token ${lease.token}`}`,
              `  rollout: ${rollout === null ? 'none under way' : `of ${rollout.commit}`}`,
              ...fleetLines(status.fleet),
            ],
          }
        }),
      ),
    )
}

function fleetLines(fleet: Awaited<ReturnType<typeof statusOf>>['fleet']): readonly string[] {
  if (fleet === null) return ['  fleet: does not answer (start it with `bulkhead fleet up`)']
  const zones = Map.groupBy(fleet.units, (unit) => `${unit.region}/${unit.zone}`)
  return [...zones]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([zone, units]) => {
      const healthy = units.filter((unit) => unit.health === 'healthy')
      const versions = [
        ...new Set(units.map((unit) => unit.version?.slice(0, 12) ?? 'nothing')),
      ].join(', ')
      return `  zone ${zone}: ${healthy.length} of ${units.length} healthy, running ${versions}`
    })
}
