import { openMetrics } from '@bulkhead/metrics'
import type { BakePolicy, EnvironmentPolicy } from '@bulkhead/policy'
import { LEAST_VALUES, type Metric } from '@bulkhead/rollout'
import type { Milliseconds } from '@bulkhead/vocabulary'
import { httpExchange } from '@bulkhead/world'
import type { Workspace } from '../workspace.ts'

/** The metrics that have a say in an environment, each with the door to its source. */
export const environmentMetrics = (
  { analysis }: EnvironmentPolicy,
  { clock }: Pick<Workspace, 'clock'>,
): readonly Metric[] =>
  analysis === undefined
    ? []
    : openMetrics(analysis, {
        exchange: httpExchange({ fetch, clock, random: Math.random }),
        secrets: (variable) => process.env[variable],
      })

/** The bake of an environment: never shorter than its metrics need to have an answer at all. */
export function bakeWithMetrics({ bake, analysis }: EnvironmentPolicy): BakePolicy {
  const step = analysis?.source?.step
  if (analysis === undefined || step === undefined) return bake
  const needed = analysis.lag + (LEAST_VALUES + 1) * step
  return { ...bake, floor: Math.max(bake.floor, needed) as Milliseconds }
}
