import { forecast } from '@bulkhead/rollout'
import type { Milliseconds } from '@bulkhead/vocabulary'
import { makeWay } from '../../../packages/release/src/deploy/make-way.ts'
import { rollRegions } from '../../../packages/release/src/deploy/roll-regions.ts'
import { Bed, shipped } from '../../../packages/release/test/support/two-regions.ts'
import type { Figure } from '../figure.ts'

const APPEND_MS = 1_500
const DRAIN_MS = 5_000
const START_MS = 10_000
const BATCH_MINUTES = (DRAIN_MS + START_MS + APPEND_MS) / 60_000

/** Twenty-seven units in three regions of three zones, and a ledger whose appends take their time. */
const FLEET = {
  regions: Object.fromEntries(['ap', 'eu', 'us'].map((name) => [name, { a: 3, b: 3, c: 3 }])),
  required: 9,
  drainMs: DRAIN_MS,
  startMs: START_MS,
  appendMs: APPEND_MS,
} as const

/** How long a hotfix takes from approval to 100 % when a standard rollout has run for so long. */
async function overtake(afterMs: number | undefined): Promise<number> {
  const bed = await Bed.make(FLEET)
  const { signal } = new AbortController()
  const { commit } = shipped('c')
  const way = {
    ledger: bed.ledger,
    clock: bed.clock,
    actors: [{ provider: 'git', id: 'ada', role: 'release-manager' }],
    commit,
    name: 'the hotfix',
    order: 'yield',
    yieldWithin: 120_000 as Milliseconds,
    breaking: [],
    signal,
  } as const
  const hotfix = bed.deployment('c', {
    lane: 'hotfix',
    signal,
    makeWay: (region) => makeWay({ ...way, region }),
  })
  const running = afterMs === undefined ? undefined : rollRegions(bed.deployment('b'))
  const overtaking = (async () => {
    await bed.clock.sleep(afterMs ?? 0)
    const since = bed.clock.monotonic()
    const { result } = await rollRegions(hotfix)
    if (result !== 'released') throw new Error(`the hotfix of the figure ended ${result}`)
    return bed.clock.monotonic() - since
  })()
  const [took] = await bed.clock.drive(Promise.all([overtaking, running]))
  return took
}

/** Moments in the running rollout, from its beginning to its last wave, that fall on no round number. */
const MOMENTS = Array.from({ length: 24 }, (_, at) => 2_345 + at * 7_919)

const quantile = (values: readonly number[], q: number): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * q) - 1] ?? Number.NaN

let measuredOnce:
  | Promise<{ readonly overtaking: readonly number[]; readonly alone: number }>
  | undefined
const measurements = () =>
  (measuredOnce ??= (async () => {
    const overtaking: number[] = []
    for (const moment of MOMENTS) overtaking.push((await overtake(moment)) / 60_000)
    return { overtaking, alone: (await overtake(undefined)) / 60_000 }
  })())

const hotfixOvertakes: Figure = {
  name: 'hotfix-overtakes',
  what: 'from approval to 100 % over a rollout that is under way, 95 % of moments (virtual time)',
  async measure() {
    const { overtaking, alone } = await measurements()
    const p95 = quantile(overtaking, 0.95)
    return {
      measured: p95,
      unit: 'min',
      peer: { name: 'with nothing in the way', value: alone },
      ratio: p95 / alone,
      mark: '≤ 3 min',
      holds: p95 <= 3,
      notes: [
        `median ${quantile(overtaking, 0.5).toFixed(2)} min, most ${Math.max(...overtaking).toFixed(2)} min of ${MOMENTS.length} moments`,
        `27 units in 3 regions of 3 zones, 9 required; ${DRAIN_MS / 1000} s drain, ${START_MS / 1000} s start, ${APPEND_MS / 1000} s an append; every wait is modelled`,
      ],
    }
  },
}

/** The published simulation of the same day gives 7.5 minutes with a fix of two minutes everywhere. */
const PUBLISHED_MINUTES = 7.5

const hotfixDay: Figure = {
  name: 'hotfix-day',
  what: 'from merge of a fix to 100 %, 95 % of hotfixes: 20 merges an hour in flight, 5 minutes of CI',
  async measure() {
    const { alone } = await measurements()
    const day = (batch: number | undefined, everywhere: number | undefined) =>
      forecast(
        {
          hours: 9,
          mergesPerHour: 20,
          ci: 5,
          regions: [5.5],
          coalesce: 8,
          bad: 0.01,
          foundAfter: 0.3,
          hotfix: { perDay: 1, batch, everywhere },
        },
        300,
      ).hotfixes
    const ours = day(BATCH_MINUTES, alone)
    const same = day(0.5, 2)
    const queued = day(undefined, undefined)
    if (ours === null || same === null || queued === null) throw new Error('fixes were shipped')
    return {
      measured: ours.p95,
      unit: 'min',
      peer: { name: 'at the head of the queue', value: queued.p95 },
      ratio: ours.p95 / queued.p95,
      mark: `≤ ${PUBLISHED_MINUTES} min`,
      holds: ours.p95 <= PUBLISHED_MINUTES,
      notes: [
        `median ${ours.p50.toFixed(1)} min, most ${ours.most.toFixed(1)} min; batch edges every ${BATCH_MINUTES.toFixed(2)} min and ${alone.toFixed(2)} min everywhere, as the executor takes them in virtual time`,
        `with the published parameters (edges every 0.5 min, 2 min everywhere): median ${same.p50.toFixed(1)}, 95 % ${same.p95.toFixed(1)}, most ${same.most.toFixed(1)} min; published 7.2, 7.5, 8.9`,
      ],
    }
  },
}

export const hotfix: readonly Figure[] = [hotfixDay, hotfixOvertakes]
