import type { ShippedRelease } from '@bulkhead/rollout'
import type { CommitId, FencingToken } from '@bulkhead/vocabulary'
import { judgeProbe, newStanding } from '../fleet/standing.ts'
import type { UnitResult } from '../unit-changes.ts'
import { type HaproxyContext, type ProxiedUnit, probeUnit } from './haproxy-context.ts'
import { runReplace } from './unit-command.ts'
import { drainUnit, withhold } from './unit-drain.ts'
import { returnUnit } from './unit-return.ts'

/** Between two looks at whether a unit that is being replaced is still out of traffic. */
const WATCH_MS = 200

export interface ReplaceRequest {
  readonly unit: ProxiedUnit
  readonly release: ShippedRelease
  readonly token: FencingToken
  readonly signal: AbortSignal
  readonly mayAct: () => Promise<boolean>
  readonly say: (note: string) => void
}

/**
 * Puts a release into one unit: prove the artifact, drain, run the command, wait until the unit names
 * the build and is well, give traffic back. A unit that fails stays out of traffic, so that nobody is
 * served by what nobody knows.
 */
export function replaceUnit(context: HaproxyContext, request: ReplaceRequest): Promise<UnitResult> {
  const { unit, release, signal, mayAct, say } = request
  return unit.exclusively(async () => {
    if (!(await mayAct())) return { kind: 'stale' }
    const artifact = await context.artifacts.prove(release.artifact)
    if (artifact === undefined)
      return failed(`the staged artifact ${release.artifact} is missing or its bytes have changed`)
    if (await runsWell(context, unit, release.commit)) return await giveBack(context, unit, 0, 0)
    const drain = await drainUnit(context, unit, signal, say)
    if (drain.kind === 'cancelled') return await undo(context, unit)
    if (!(await mayAct()))
      return failed('a newer holder of the lease came while it was drained, and has it now')
    say('replacing')
    const why = await whileWithheld(context, unit, () => placeRelease(context, request, artifact))
    if (why !== undefined) return failed(why, drain.victims)
    await lookAt(context, unit, release.commit)
    say('returning traffic')
    return await giveBack(context, unit, context.spec.slowStart, drain.victims)
  })
}

const failed = (reason: string, victims = 0): UnitResult => ({ kind: 'failed', reason, victims })

/** A unit that was in traffic gets it back; one that somebody drained before stays drained. */
async function undo(context: HaproxyContext, unit: ProxiedUnit): Promise<UnitResult> {
  const stays = context.drained.has(unit.place.id) || context.shifts.has(unit.place)
  if (!stays) await unit.proxies.set(unit.server, 'ready')
  return failed('cancelled; it serves its old release again')
}

/** From this look on, what is served is the new version's. */
async function lookAt(
  { traffic }: HaproxyContext,
  unit: ProxiedUnit,
  version: CommitId,
): Promise<void> {
  const begun = traffic.begin()
  const views = await unit.proxies.viewsOf(unit.server)
  traffic.look(begun, { place: unit.place, version, views })
}

async function giveBack(
  context: HaproxyContext,
  unit: ProxiedUnit,
  slowStart: number,
  victims: number,
): Promise<UnitResult> {
  await context.drained.delete(unit.place.id)
  const why = await returnUnit(context, unit, slowStart)
  return why === undefined ? { kind: 'serves', victims } : failed(why, victims)
}

async function runsWell(
  context: HaproxyContext,
  unit: ProxiedUnit,
  commit: CommitId,
): Promise<boolean> {
  const [view] = await unit.proxies.viewsOf(unit.server)
  if (view === undefined) return false
  return (await settle(context, unit, commit, 0)) === undefined
}

/** Runs the command and waits for the unit's own word. @returns why it is not as it should be. */
async function placeRelease(
  context: HaproxyContext,
  { unit, release, token }: ReplaceRequest,
  artifact: string,
): Promise<string | undefined> {
  const [view] = await unit.proxies.viewsOf(unit.server)
  if (view === undefined) return 'no proxy knows it any more'
  const why = await runReplace(context, { unit, view, release, artifact, token })
  return why ?? (await settle(context, unit, release.commit, context.spec.health.deadline))
}

/** Asks until the unit has named the build in two answers in a row. @returns why it did not in time. */
async function settle(
  context: HaproxyContext,
  unit: ProxiedUnit,
  commit: CommitId,
  patience: number,
): Promise<string | undefined> {
  const { clock, spec } = context
  const since = clock.monotonic()
  const [view] = await unit.proxies.viewsOf(unit.server)
  if (view === undefined) return 'no proxy knows it any more'
  for (let standing = newStanding; ;) {
    standing = judgeProbe(standing, await probeUnit(context, view), commit)
    if (standing.health === 'healthy') return undefined
    const isLate = clock.monotonic() - since >= patience
    if (isLate && standing.good === 0)
      return `was not healthy after ${patience} ms: it ${standing.reason}`
    await clock.sleep(spec.health.interval)
  }
}

/** Keeps a unit out of traffic while something is done: a proxy that is reloaded forgets the drain. */
async function whileWithheld<Value>(
  { clock }: HaproxyContext,
  unit: ProxiedUnit,
  act: () => Promise<Value>,
): Promise<Value> {
  const done = new AbortController()
  const watch = async () => {
    while (!done.signal.aborted) {
      await clock.sleep(WATCH_MS, done.signal).catch(() => undefined)
      // A proxy that is just being started anew is asked again at the next look.
      if (!done.signal.aborted) await withhold(unit).catch(() => undefined)
    }
  }
  const watching = watch()
  try {
    return await act()
  } finally {
    done.abort()
    await watching
  }
}
