import type { Batch, BatchOutcome, ShippedRelease, UnitId } from '@bulkhead/rollout'
import type { FencingToken } from '@bulkhead/vocabulary'
import type { Fence } from './fence.ts'
import type { FleetContext } from './fleet-context.ts'
import { type Replacement, replace } from './replacement.ts'
import type { Unit } from './unit.ts'

export interface BatchRequest {
  readonly batch: Batch
  readonly release: ShippedRelease
  readonly token: FencingToken
  readonly signal: AbortSignal
  /** See `ReplacementRequest.drains`. */
  readonly drains?: boolean
}

export interface BatchResult {
  readonly outcome: BatchOutcome
  /** Requests that were cut because they outlived the drain. */
  readonly victims: number
}

/** Brings all units of a batch to a release at the same time. Nothing is touched by an old token. */
export async function applyBatch(
  context: FleetContext,
  fence: Fence,
  units: ReadonlyMap<UnitId, Unit>,
  request: BatchRequest,
): Promise<BatchResult> {
  const { batch, release, token, signal } = request
  if (!(await fence.admit(token))) return { outcome: stale(fence), victims: 0 }
  const wanted = [...new Set(batch.units)]
  const stranger = wanted.find((id) => !stands(units.get(id), batch))
  if (stranger !== undefined)
    return {
      outcome: failed(stranger, `there is no such unit in ${batch.region}/${batch.zone}`),
      victims: 0,
    }
  const found = wanted.flatMap((id) => units.get(id) ?? [])
  const mayAct = () => token >= fence.newest
  const drains = request.drains ?? true
  const results = await Promise.all(
    found.map(async (unit) => ({
      id: unit.place.id,
      result: await replace(context, { unit, release, signal, mayAct, drains }),
    })),
  )
  return { outcome: sumUp(results, fence), victims: results.reduce(addVictims, 0) }
}

interface UnitResult {
  readonly id: UnitId
  readonly result: Replacement
}

const addVictims = (sum: number, { result }: UnitResult) =>
  sum + (result.kind === 'stale' ? 0 : result.victims)

const stands = (unit: Unit | undefined, batch: Batch) =>
  unit?.place.region === batch.region && unit.place.zone === batch.zone

const failed = (unit: UnitId, reason: string): BatchOutcome => ({ kind: 'failed', unit, reason })
const stale = (fence: Fence): BatchOutcome => ({ kind: 'stale-token', newest: fence.newest })

/** Stale only if nothing at all was changed; the first failure in the batch's order otherwise. */
function sumUp(results: readonly UnitResult[], fence: Fence): BatchOutcome {
  const stales = results.filter(({ result }) => result.kind === 'stale')
  if (stales.length > 0 && stales.length === results.length) return stale(fence)
  for (const { id, result } of results) {
    if (result.kind === 'failed') return failed(id, result.reason)
    if (result.kind === 'stale') return failed(id, 'a newer holder of the lease was quicker here')
  }
  return { kind: 'applied' }
}
