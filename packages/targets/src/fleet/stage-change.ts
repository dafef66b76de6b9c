import type { Batch, ShippedRelease, Stage, StageOutcome, UnitId } from '@bulkhead/rollout'
import type { FencingToken } from '@bulkhead/vocabulary'
import type { Fence } from './fence.ts'
import type { FleetContext } from './fleet-context.ts'
import { type Replacement, replace } from './replacement.ts'
import type { Unit } from './unit.ts'

/** Tells whoever asked what is being done to a unit. */
export type Say = (unit: UnitId, note: string) => void

/** In whose name units are changed, and how that is stopped. */
export interface Order {
  readonly token: FencingToken
  readonly signal: AbortSignal
  readonly say: Say
}

export interface StageRequest extends Order {
  readonly stage: Stage
  readonly release: ShippedRelease
  /** See `ReplacementRequest.drains`. */
  readonly drains?: boolean
}

export interface BatchRequest extends Order {
  readonly batch: Batch
}

/** What one change made of one unit. */
export type UnitChange = (unit: Unit, mayAct: () => boolean) => Promise<Replacement>

/** The units of a fleet behind their fence. */
export interface FencedUnits {
  readonly context: FleetContext
  readonly fence: Fence
  readonly units: ReadonlyMap<UnitId, Unit>
}

/** Brings the units of a stage to a release, `maxOut` at a time; the first failure ends it. */
export function applyStage(fleet: FencedUnits, request: StageRequest): Promise<StageOutcome> {
  const { stage, release, signal, say } = request
  const drains = request.drains ?? true
  return changeUnits(fleet, { ...request, batch: stage, atOnce: stage.maxOut }, (unit, mayAct) =>
    replace(fleet.context, { unit, release, signal, mayAct, drains, say }),
  )
}

export interface UnitsRequest extends BatchRequest {
  readonly atOnce: number
}

/** Changes units in groups of `atOnce`, in the order named. Nothing is touched by an old token. */
export async function changeUnits(
  { fence, units }: FencedUnits,
  { batch, token, signal, atOnce }: UnitsRequest,
  change: UnitChange,
): Promise<StageOutcome> {
  if (!(await fence.admit(token))) return stale(fence)
  const wanted = [...new Set(batch.units)]
  const stranger = wanted.find((id) => !stands(units.get(id), batch))
  if (stranger !== undefined)
    return failed(stranger, `there is no such unit in ${batch.region}/${batch.zone}`)
  if (atOnce < 1 && wanted.length > 0)
    return { kind: 'refused', reason: 'no unit may be out, so none can be changed' }
  const found = wanted.flatMap((id) => units.get(id) ?? [])
  const mayAct = () => token >= fence.newest
  const results: UnitResult[] = []
  for (let next = 0; next < found.length; next += atOnce) {
    if (next > 0 && signal.aborted) return failed(null, 'cancelled before every unit was changed')
    const group = found.slice(next, next + atOnce).map(async (unit) => ({
      id: unit.place.id,
      result: await change(unit, mayAct),
    }))
    results.push(...(await Promise.all(group)))
    const outcome = sumUp(results, fence)
    if (outcome.kind !== 'applied') return outcome
  }
  return sumUp(results, fence)
}

interface UnitResult {
  readonly id: UnitId
  readonly result: Replacement
}

const stands = (unit: Unit | undefined, batch: Batch) =>
  unit?.place.region === batch.region && unit.place.zone === batch.zone

const failed = (unit: UnitId | null, reason: string) => ({ kind: 'failed', unit, reason }) as const
const stale = (fence: Fence): StageOutcome => ({ kind: 'stale-token', newest: fence.newest })

const addVictims = (sum: number, { result }: UnitResult) =>
  sum + (result.kind === 'stale' ? 0 : result.victims)

/** Stale only if nothing at all was changed; the first failure in the stage's order otherwise. */
function sumUp(results: readonly UnitResult[], fence: Fence): StageOutcome {
  const stales = results.filter(({ result }) => result.kind === 'stale')
  if (stales.length > 0 && stales.length === results.length) return stale(fence)
  const victims = results.reduce(addVictims, 0)
  for (const { id, result } of results) {
    if (result.kind === 'failed') return { ...failed(id, result.reason), victims }
    if (result.kind === 'stale') return failed(id, 'a newer holder of the lease was quicker here')
  }
  return { kind: 'applied', victims }
}
