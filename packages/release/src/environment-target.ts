import { type LoadedPolicy, loadPolicy } from '@bulkhead/policy'
import type { Target } from '@bulkhead/rollout'
import { InputError } from '@bulkhead/vocabulary'
import {
  ExecTarget,
  type FleetStart,
  type LocalFleetSpec,
  LocalTarget,
  openHaproxyTarget,
  runFleet,
  startFleet,
  stopFleet,
} from '@bulkhead/targets'
import { findTrustedBase, pinnedGenesis, requireEnvironment } from './trusted-ref.ts'
import { type Workspace, fleetDirectory } from './workspace.ts'

/** The engine that moves the units of an environment, by the policy of its trusted base. */
export async function environmentTarget(
  workspace: Workspace,
  environment: string,
  genesis?: string,
): Promise<Target> {
  const { policy } = await findTrustedBase(workspace, environment, genesis)
  return openTarget(workspace, environment, policy)
}

/** The engine that a policy names for an environment. */
export async function openTarget(
  { repository, run, clock }: Workspace,
  environment: string,
  policy: LoadedPolicy,
): Promise<Target> {
  requireEnvironment(policy, environment)
  const directory = fleetDirectory(repository, environment)
  const found = policy.policy.environments[environment]
  switch (found?.target.kind) {
    case 'haproxy':
      return openHaproxyTarget({ ...found.target, regions: found.regions }, directory, {
        run,
        clock,
      })
    case 'exec':
      return new ExecTarget(found.target, directory, run)
    case 'local':
    case undefined:
      return new LocalTarget(directory)
  }
}

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
  if (found.target.kind !== 'local') throw notOurs(environment, found.target.kind)
  const { command, env, health, listen, drain } = found.target
  return { command, env, health, listen, drain, regions: found.regions, surge: found.surge }
}

const notOurs = (environment: string, kind: string): InputError =>
  new InputError({
    code: 'usage/invalid-option',
    subject: `--environment ${environment}`,
    message: `its target is of kind ${kind}: there is no fleet of ours to start or stop`,
    remedy: 'Start its units by their own means; `bulkhead status` shows what they say.',
  })
