import { Scenario } from '../../../packages/rollout/test/support/scenario.ts'
import type { Figure } from '../figure.ts'

/** What one append to a remote ledger costs. */
const APPEND_MS = 1_500
const DRAIN_MS = 10_000
const START_MS = 15_000

/**
 * A whole rollout of 30 units in three zones on a virtual clock that only moves when everybody waits:
 * the drain, the start, the bake, every look's pause and every append are waited for in full, so what
 * is measured is how the executor orders its waits, not how fast this machine computes.
 */
async function rollOut(
  msOf: (events: number) => number,
): Promise<{ total: number; planned: number }> {
  const scenario = new Scenario({
    regions: { eu: { a: 10, b: 10, c: 10 } },
    required: 15,
    requestsPerSecond: 400,
    drainMs: DRAIN_MS,
    startMs: START_MS,
    bakeFloor: 60_000,
    batchMs: DRAIN_MS + START_MS,
  })
  const planning = await scenario.plan()
  if (planning.kind === 'refused') throw new Error('the figure cannot be planned')
  scenario.onAppend = (append) => msOf(scenario.appends[append]?.length ?? 1)
  const from = scenario.clock.monotonic()
  const { result } = await scenario.run({ limits: { pollMs: 1_000 } })
  if (result !== 'released') throw new Error(`the rollout of the figure ended ${result}`)
  return { total: scenario.clock.monotonic() - from, planned: planning.plan.criticalPathMs }
}

export const rollout: Figure = {
  name: 'rollout',
  what: `a rollout's length over its plan's critical path, with ${APPEND_MS / 1000} s for each remote append`,
  async measure() {
    const { total, planned } = await rollOut(() => APPEND_MS)
    const plain = await rollOut((events) => events * APPEND_MS)
    const over = (ms: number) => (ms / planned - 1) * 100
    return {
      measured: over(total),
      unit: '% over',
      peer: { name: 'an append for each event', value: over(plain.total) },
      ratio: total / plain.total,
      mark: '≤ 5 % over the critical path',
      holds: over(total) <= 5,
      notes: [
        `critical path ${planned / 1000} s, rolled out in ${total / 1000} s (virtual time; every wait is modelled)`,
      ],
    }
  },
}
