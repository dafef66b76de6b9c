import { loadPolicy } from '@bulkhead/policy'
import {
  type FleetStart,
  type LocalFleetSpec,
  LocalTarget,
  runFleet,
  startFleet,
  stopFleet,
} from '@bulkhead/targets'
import { pinnedGenesis, requireEnvironment } from './trusted-ref.ts'
import { type Workspace, fleetDirectory } from './workspace.ts'

/** The engine that moves the units of an environment. */
export const environmentTarget = (workspace: Workspace, environment: string): LocalTarget =>
  new LocalTarget(fleetDirectory(workspace.repository, environment))

export interface FleetRequest {
  readonly environment: string
  readonly genesis?: string
}

/**
 * Starts the fleet of an environment as a process that outlives this one.
 * @param supervisor argv of this program, to which the command that runs the fleet is added
 */
export function startEnvironmentFleet(
  workspace: Workspace,
  {
    environment,
    genesis,
    supervisor,
  }: FleetRequest & { readonly supervisor: readonly [string, ...string[]] },
): Promise<FleetStart> {
  const { repository } = workspace
  const pin = genesis === undefined ? [] : ['--genesis', genesis]
  const argv = [
    ...supervisor,
    'fleet',
    'run',
    '--repo',
    repository.root,
    '--environment',
    environment,
    ...pin,
  ] as const
  return startFleet(
    [argv[0], ...argv.slice(1)],
    fleetDirectory(repository, environment),
    repository.root,
  )
}

/** Stops the fleet of an environment and every process of it. @returns whether one was up */
export const stopEnvironmentFleet = (workspace: Workspace, environment: string): Promise<boolean> =>
  stopFleet(fleetDirectory(workspace.repository, environment))

/** Is the fleet of an environment, until it is stopped. */
export async function runEnvironmentFleet(
  workspace: Workspace,
  { environment, genesis }: FleetRequest,
): Promise<void> {
  const spec = await localFleetSpec(workspace, environment, genesis)
  await runFleet(spec, fleetDirectory(workspace.repository, environment))
}

/** What the local fleet of an environment is to be, by the genesis policy: a commit under judgement has no say. */
async function localFleetSpec(
  workspace: Workspace,
  environment: string,
  genesis?: string,
): Promise<LocalFleetSpec> {
  const policy = await loadPolicy(workspace.repository, await pinnedGenesis(workspace, genesis))
  requireEnvironment(policy, environment)
  const found = policy.policy.environments[environment]
  if (found === undefined) throw new TypeError('the environment was just required')
  const { command, env, health, listen, drain } = found.target
  return { command, env, health, listen, drain, regions: found.regions }
}
