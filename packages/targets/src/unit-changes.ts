import type { Batch, LeaseHolder, StageOutcome, UnitId, UnitPlace } from '@bulkhead/rollout'
import type { FencingToken } from '@bulkhead/vocabulary'

/** Where the newest token that ever acted is kept, one for each region of a fleet (law 9). */
export interface TokenRecord {
  /** Enters a token and tells whether its holder may act. It is on record when this resolves. */
  admit(holder: LeaseHolder): Promise<boolean>
  /** The newest token on record for a region, read anew; 0 when there is none. */
  read(region: string): Promise<FencingToken>
}

/** A unit that is changed, with the place that it fills. */
export interface PlacedUnit {
  readonly place: UnitPlace
}

/** What one change made of one unit. */
export type UnitResult =
  | { readonly kind: 'serves'; readonly victims: number }
  /** A newer holder has come. Nothing was changed here. */
  | { readonly kind: 'stale' }
  | { readonly kind: 'failed'; readonly reason: string; readonly victims: number }

export interface UnitChanges<Unit extends PlacedUnit> {
  readonly units: ReadonlyMap<UnitId, Unit>
  readonly record: TokenRecord
  readonly batch: Batch
  readonly token: FencingToken
  readonly signal: AbortSignal
  /** Most units that are changed at the same time. */
  readonly atOnce: number
  /** @param mayAct is asked again when it is the unit's turn: a newer holder may have come meanwhile. */
  readonly change: (unit: Unit, mayAct: () => Promise<boolean>) => Promise<UnitResult>
}

/**
 * Changes units in groups of `atOnce`, in the order named; the first failure ends it. Nothing is
 * touched by an old token, nor when one of the units is unknown.
 */
export async function changeUnits<Unit extends PlacedUnit>(
  changes: UnitChanges<Unit>,
): Promise<StageOutcome> {
  const { units, record, batch, token, signal, atOnce } = changes
  const { region } = batch
  if (!(await record.admit({ region, token }))) return stale(record, region)
  const wanted = [...new Set(batch.units)]
  const stranger = wanted.find((id) => !stands(units.get(id), batch))
  if (stranger !== undefined)
    return failed(stranger, `there is no such unit in ${batch.region}/${batch.zone}`)
  if (atOnce < 1 && wanted.length > 0)
    return { kind: 'refused', reason: 'no unit may be out, so none can be changed' }
  const found = wanted.flatMap((id) => units.get(id) ?? [])
  const results: Named[] = []
  for (let next = 0; next < found.length; next += atOnce) {
    if (next > 0 && signal.aborted) return failed(null, 'cancelled before every unit was changed')
    results.push(...(await changeGroup(changes, found.slice(next, next + atOnce))))
    const outcome = await sumUp(results, record, region)
    if (outcome.kind !== 'applied') return outcome
  }
  return sumUp(results, record, region)
}

interface Named {
  readonly id: UnitId
  readonly result: UnitResult
}

function changeGroup<Unit extends PlacedUnit>(
  { record, batch, token, change }: UnitChanges<Unit>,
  group: readonly Unit[],
): Promise<readonly Named[]> {
  const mayAct = async () => token >= (await record.read(batch.region))
  return Promise.all(
    group.map(async (unit) => ({ id: unit.place.id, result: await change(unit, mayAct) })),
  )
}

const stands = (unit: PlacedUnit | undefined, batch: Batch) =>
  unit?.place.region === batch.region && unit.place.zone === batch.zone

const failed = (unit: UnitId | null, reason: string) => ({ kind: 'failed', unit, reason }) as const
const stale = async (record: TokenRecord, region: string): Promise<StageOutcome> => ({
  kind: 'stale-token',
  newest: await record.read(region),
})

/** Stale only if nothing at all was changed; the first failure in the stage's order otherwise. */
async function sumUp(
  results: readonly Named[],
  record: TokenRecord,
  region: string,
): Promise<StageOutcome> {
  const stales = results.filter(({ result }) => result.kind === 'stale')
  if (stales.length > 0 && stales.length === results.length) return stale(record, region)
  const victims = results.reduce(
    (sum, { result }) => sum + (result.kind === 'stale' ? 0 : result.victims),
    0,
  )
  for (const { id, result } of results) {
    if (result.kind === 'failed') return { ...failed(id, result.reason), victims }
    if (result.kind === 'stale') return failed(id, 'a newer holder of the lease was quicker here')
  }
  return { kind: 'applied', victims }
}
