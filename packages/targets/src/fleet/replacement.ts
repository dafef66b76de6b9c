import type { ShippedRelease, UnitId } from '@bulkhead/rollout'
import type { UnitResult } from '../unit-changes.ts'
import type { FleetContext } from './fleet-context.ts'
import type { Occupant } from './occupant.ts'
import { isForeign } from './standing.ts'
import type { Unit } from './unit.ts'

export interface ReplacementRequest {
  readonly unit: Unit
  readonly release: ShippedRelease
  /** Aborting gives a unit that still drains back to its users; a later one is brought to its end. */
  readonly signal: AbortSignal
  /** Asked again when it is this unit's turn: a newer holder may have come meanwhile. */
  readonly mayAct: () => Promise<boolean>
  readonly say: (unit: UnitId, note: string) => void
  /** False only in the test that shows what draining is good for. */
  readonly drains?: boolean
}

/**
 * Puts a release into one place: prove the artifact, take the old process out of rotation, wait for
 * its requests, stop it, start the new one, wait for its health. What the old process does is
 * touched last of all: an artifact that cannot be started takes no capacity away.
 */
export function replace(context: FleetContext, request: ReplacementRequest): Promise<UnitResult> {
  const { unit, release, signal, mayAct, say } = request
  return unit.exclusively(async () => {
    if (!(await mayAct())) return { kind: 'stale' }
    if (unit.runs(release)) {
      await unit.restore()
      return { kind: 'serves', victims: 0 }
    }
    if ((await context.artifacts.prove(release.artifact)) === undefined)
      return failed(`the staged artifact ${release.artifact} is missing or its bytes have changed`)
    if (context.closing.aborted) return failed(CLOSING)
    say(unit.place.id, 'draining')
    const victims = await drainOld(context, request)
    if (signal.aborted) {
      if (!unit.drained) unit.occupant?.restore()
      return failed('cancelled; it serves its old release again')
    }
    say(unit.place.id, 'starting')
    await unit.vacate('it is being replaced')
    await context.drained.delete(unit.place.id)
    const reason = await bringUp(context, unit, release)
    return reason === undefined ? { kind: 'serves', victims } : failed(reason, victims)
  })
}

const CLOSING = 'the fleet is stopping'

const failed = (reason: string, victims = 0): UnitResult => ({ kind: 'failed', reason, victims })

async function drainOld(context: FleetContext, request: ReplacementRequest): Promise<number> {
  const patience = request.drains === false ? 0 : context.spec.drain
  return (await request.unit.occupant?.drain(patience, request.signal)) ?? 0
}

/** Starts a release in an empty place and waits until it serves. @returns why it does not. */
async function bringUp(
  context: FleetContext,
  unit: Unit,
  release: ShippedRelease,
): Promise<string | undefined> {
  const refused = await unit.occupy(release)
  const occupant = unit.occupant
  if (refused !== undefined || occupant === undefined) return refused
  await occupant.settle(context.spec.health.deadline)
  if (unit.serves(release)) {
    unit.keep()
    await context.releases.set(unit.place.id, release)
    return undefined
  }
  // A fleet that stops in the middle comes back with what served before.
  if (context.closing.aborted) return CLOSING
  const reason = await whyNot(context, occupant)
  // A wrong build stays where it can be asked, without traffic: the fleet shows what it says it is.
  if (!isForeign(occupant.standing)) await unit.vacate(reason)
  await context.releases.set(unit.place.id, undefined)
  return reason
}

async function whyNot(context: FleetContext, occupant: Occupant): Promise<string> {
  const how = occupant.alive
    ? `was not healthy after ${context.spec.health.deadline} ms: it ${occupant.standing.reason}`
    : `${await occupant.ended} before it was healthy`
  const words = occupant.lastWords()
  return words === '' ? how : `${how}; its last words:\n${words}`
}
