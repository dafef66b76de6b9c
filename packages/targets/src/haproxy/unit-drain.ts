import { type HaproxyContext, type ProxiedUnit, probeUnit } from './haproxy-context.ts'

/** Between two looks at the sessions of a server that is drained. */
const LOOK_MS = 50

/** How a drain ended: nothing is there any more, or somebody cancelled it. */
export type Drain =
  | { readonly kind: 'empty'; readonly victims: number }
  | { readonly kind: 'cancelled' }

/**
 * Takes a unit out of traffic in every proxy and waits until nothing is there any more. After the
 * policy's `drain` what is left is shut down and counted. The drain is put back whenever a proxy that
 * was reloaded has lost it; then the rest of the time is waited out, because nobody sees the sessions
 * that the old process still serves.
 */
export async function drainUnit(
  context: HaproxyContext,
  unit: ProxiedUnit,
  signal: AbortSignal,
  say: (note: string) => void,
): Promise<Drain> {
  const { clock, spec } = context
  const since = clock.monotonic()
  const incarnation = await unit.proxies.incarnation()
  await unit.proxies.set(unit.server, 'drain')
  for (let said = -1; ;) {
    const left = await sessionsOf(context, unit)
    const isLate = clock.monotonic() - since >= spec.drain
    const seesAll = (await unit.proxies.incarnation()) === incarnation
    if (signal.aborted) return { kind: 'cancelled' }
    if (left === 0 && (seesAll || isLate)) return { kind: 'empty', victims: 0 }
    if (isLate) return { kind: 'empty', victims: await cutSessions(unit, left) }
    if (left !== said) say(`draining, ${left} sessions left`)
    said = left
    await clock.sleep(LOOK_MS, signal).catch(() => undefined)
  }
}

async function cutSessions(unit: ProxiedUnit, left: number): Promise<number> {
  await unit.proxies.cut(unit.server)
  return left
}

/** Sessions in all proxies, with the drain put back where it was lost. */
async function sessionsOf(context: HaproxyContext, unit: ProxiedUnit): Promise<number> {
  const begun = context.traffic.begin()
  const views = await withhold(unit)
  const [first] = views
  const probe = first && (await probeUnit(context, first))
  const version = probe?.kind === 'ok' ? probe.version : null
  context.traffic.look(begun, { place: unit.place, version, views })
  return views.reduce((sum, view) => sum + view.sessions, 0)
}

/** Sees that the unit is out of traffic in every proxy, and puts that right where it is not. */
export async function withhold(unit: ProxiedUnit) {
  const views = await unit.proxies.viewsOf(unit.server)
  if (views.every((view) => view.withheld)) return views
  await unit.proxies.set(unit.server, 'drain')
  return unit.proxies.viewsOf(unit.server)
}
