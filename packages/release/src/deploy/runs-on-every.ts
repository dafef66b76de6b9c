import type { Observation } from '@bulkhead/rollout'
import type { CommitId } from '@bulkhead/vocabulary'

/** Whether every unit says that it runs this version, and well. A fleet that says nothing runs nothing. */
export const runsOnEvery = ({ units }: Pick<Observation, 'units'>, commit: CommitId): boolean =>
  units.length > 0 && units.every((unit) => unit.version === commit && unit.health === 'healthy')
