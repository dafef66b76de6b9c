import type { HaproxyContext, ProxiedUnit } from './haproxy-context.ts'
import { withhold } from './unit-drain.ts'

const LOOK_MS = 50
/** Percentages of its weight with which a new unit begins, before it has all of it. */
const FIRST_STEP = 10
const STEPS = [25, 50, 75, 100]

/**
 * Gives a unit its traffic back, unless that of its zone is shifted away: all at once, or with a growing weight. Resolves when every proxy
 * lets it serve. @returns why one does not within the deadline.
 */
export async function returnUnit(
  context: HaproxyContext,
  unit: ProxiedUnit,
  slowStart: number,
): Promise<string | undefined> {
  if (context.shifts.has(unit.place)) {
    await withhold(unit)
    return undefined
  }
  const grows = slowStart > 0 && (await canGrow(unit))
  if (grows) await unit.proxies.weigh(unit.server, FIRST_STEP)
  await unit.proxies.set(unit.server, 'ready')
  const waits = await untilUp(context, unit)
  if (waits !== undefined) return waits
  for (const percent of grows ? STEPS : []) {
    await context.clock.sleep(slowStart / STEPS.length)
    await unit.proxies.weigh(unit.server, percent)
  }
  return undefined
}

/** Weights are whole numbers: a tenth of less than 10 would be no traffic at all. */
const canGrow = async (unit: ProxiedUnit): Promise<boolean> =>
  (await unit.proxies.viewsOf(unit.server)).every((view) => view.weight * FIRST_STEP >= 100)

async function untilUp(context: HaproxyContext, unit: ProxiedUnit): Promise<string | undefined> {
  const { clock, spec } = context
  const since = clock.monotonic()
  for (;;) {
    const views = await unit.proxies.viewsOf(unit.server)
    if (views.every((view) => view.up && !view.withheld)) return undefined
    if (clock.monotonic() - since >= spec.health.deadline)
      return `is not up in every proxy after ${spec.health.deadline} ms: look at the checks of server ${unit.server}`
    await clock.sleep(LOOK_MS)
  }
}
