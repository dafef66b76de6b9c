import {
  type Workspace,
  type ZoneRequest,
  type ZoneResult,
  environmentTarget,
  restoreZone,
  shiftZone,
} from '@bulkhead/release'
import { type RolloutProgress, viewLine } from '@bulkhead/rollout'
import type { Command } from 'commander'
import { localActors } from '../actors.ts'
import { type BreakOptions, breakingOf, tokensOf } from '../break-lease.ts'
import type { CommandResult } from '../command-result.ts'
import {
  type EnvironmentOptions,
  environmentOf,
  withEnvironmentOptions,
} from '../environment-options.ts'
import { type Host, type Register, answer, exampleText } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'
import { readKeyring, withKeysOption } from '../keys.ts'

interface Options extends EnvironmentOptions, BreakOptions {
  readonly keys?: string
  readonly belowRequired?: boolean
}

export const registerZone: Register = (program, host) => {
  const zone = program
    .command('zone')
    .description('take the traffic of one zone away for maintenance, and give it back')
    .addHelpText('after', exampleText('zone shift a --reason "racks are moved"'))
  under(zone, 'shift', 'zone shift a --environment production --reason "racks are moved"')
    .description('take the traffic of a zone away; it counts as gone until it is restored')
    .requiredOption('--reason <text>', 'why; it goes on record')
    .option('--below-required', 'although what is left is less than what is required')
    .action((name: string, options: Options) =>
      onZone(host, 'zone shift', { name, options }, (workspace, request) =>
        shiftZone(workspace, { ...request, belowRequired: options.belowRequired ?? false }),
      ),
    )
  under(zone, 'restore', 'zone restore a --environment production')
    .description('bring a zone to the release that is good in its region, then back into traffic')
    .option('--reason <text>', 'what has been done; it goes on record')
    .action((name: string, options: Options) =>
      onZone(host, 'zone restore', { name, options }, restoreZone),
    )
}

const under = (zone: Command, name: string, example: string): Command =>
  withKeysOption(withEnvironmentOptions(zone.command(name), example))
    .argument('<zone>', 'the zone, or REGION/ZONE')
    .option('--break-lease <token>', 'nobody is at work there any more: end the lease', tokensOf)

type Act = (workspace: Workspace, request: ZoneRequest) => Promise<ZoneResult>

interface Asked {
  readonly name: string
  readonly options: Options
}

function onZone(
  host: Host,
  command: 'zone shift' | 'zone restore',
  { name, options }: Asked,
  act: Act,
): Promise<void> {
  return answer(host, command, options, () =>
    inWorkspace(options, async (workspace) => {
      const environment = await environmentOf(workspace, options)
      const ends = (options.breakLease ?? []).length > 0
      const result = await act(workspace, {
        environment,
        ...(options.genesis === undefined ? {} : { genesis: options.genesis }),
        zone: name,
        reason: options.reason ?? '',
        keyring: await readKeyring(workspace.repository, options.keys),
        actors: await localActors(workspace.repository, 'deployer'),
        target: await environmentTarget(workspace, environment, options.genesis),
        ...(ends ? breakingOf(options) : {}),
        signal: host.signal,
        onProgress: (progress) => tell(host, progress),
      })
      return describe(environment, result)
    }),
  )
}

/** What the target is at, one line each, beside the answer. */
const tell = (host: Host, progress: RolloutProgress): void => host.console.err(viewLine(progress))

function describe(
  environment: string,
  { result, place, findings, undelivered = [] }: ZoneResult,
): CommandResult {
  const name = `${place.region}/${place.zone}`
  const json = { environment, result, zone: place }
  const failed = { outcome: 'blocked', findings: [...findings, ...undelivered], json } as const
  switch (result) {
    case 'shifted':
      return {
        outcome: 'passed',
        findings: undelivered,
        json,
        text: [
          `SHIFTED: ${name} gets no traffic and counts as gone`,
          `  when it is well: bulkhead zone restore ${name} --environment ${environment}`,
        ],
      }
    case 'restored':
      return {
        outcome: 'passed',
        findings: undelivered,
        json,
        text: [`RESTORED: ${name} has its traffic again`],
      }
    case 'refused':
      return { ...failed, text: ['REFUSED: nothing was changed'] }
    case 'failed':
      return { ...failed, text: [`FAILED: ${name} counts as away until this is mended`] }
  }
}
