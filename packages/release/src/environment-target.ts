import type { EnvironmentPolicy } from '@bulkhead/policy'
import type { Target } from '@bulkhead/rollout'
import { type LocalFleetSpec, localTarget } from '@bulkhead/targets'
import { type Workspace, fleetDirectory } from './workspace.ts'

/** The engine that moves the units of an environment. */
export const environmentTarget = (workspace: Workspace, environment: string): Target =>
  localTarget({ stateDirectory: fleetDirectory(workspace.repository, environment) })

/** What the local fleet of an environment is to be, by its policy. */
export function localFleetSpec({ target, regions }: EnvironmentPolicy): LocalFleetSpec {
  const { command, env, health, listen, drain } = target
  return { command, env, health, listen, drain, regions }
}
