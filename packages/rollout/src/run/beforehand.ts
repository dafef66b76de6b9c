import { type Finding, WorldError } from '@bulkhead/vocabulary'
import type { Observation } from '../fleet.ts'
import type { Plan, RegionPlan } from '../plan/plan.ts'
import * as refuse from '../refusals.ts'
import type { Target } from '../target.ts'
import { totalHealthy, zoneHealth } from '../zone-capacity.ts'
import type { FleetWatch } from './fleet-watch.ts'
import { Interruption } from './interruption.ts'

interface Beginning {
  readonly plan: Plan
  readonly region: RegionPlan
  readonly target: Target
  /** Only the way back will be gone: the release need not be there, nor the baseline healthy. */
  readonly unwinding: boolean
}

/** What must hold before anything is touched; the way back is proved before the first step forward. */
export async function checkBeforehand(
  { plan, region, target, unwinding }: Beginning,
  fleet: FleetWatch,
): Promise<Observation | { readonly findings: readonly Finding[] }> {
  try {
    if (!unwinding && !(await target.holds(plan.release.artifact)))
      return { findings: [refuse.notStaged(plan.release)] }
    if (region.previous && !(await target.holds(region.previous.artifact)))
      return { findings: [refuse.rollbackImpossible(region.previous)] }
    const start = await fleet.look()
    const healthy = totalHealthy(zoneHealth(start))
    const mayBeIll = unwinding || region.kind === 'initial' || plan.lane === 'hotfix'
    if (mayBeIll || healthy >= region.required) return start
    return { findings: [refuse.unhealthyBaseline(plan.environment, healthy, region.required)] }
  } catch (error) {
    if (error instanceof WorldError || error instanceof Interruption)
      return { findings: error.findings }
    const reason = error instanceof Error ? error.message : String(error)
    return { findings: [refuse.targetFailed('holds', reason)] }
  }
}
