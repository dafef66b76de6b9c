import autocannon from 'autocannon'
import {
  type Plan,
  type PlanRequest,
  type RolloutEvent,
  type RolloutProgress,
  type ShippedRelease,
  type Target,
  planRollout,
  runRollout,
} from '@bulkhead/rollout'
import { systemClock } from '@bulkhead/world'
import { describe, expect, it } from 'vitest'
import { build, makeFleet, never, token } from './fleet-bed.ts'
import { haproxyIsInstalled, makeHaproxyBed } from './haproxy-bed.ts'

// Two units in each of three zones, and all that two zones have is required: without units beyond a
// zone's own nothing may ever be out.

const REGIONS = { 'eu-1': { a: 2, b: 2, c: 2 } }
const REQUIRED = 4
const bake = {
  baselineErrorRate: 0.001,
  detectErrorRate: 0.3,
  falseAlarm: 0.01,
  power: 0.95,
  requestsPerSecond: 150,
  floor: 200,
  deadline: 60_000,
}

async function planFor(target: Target, release: ShippedRelease, before: ShippedRelease) {
  const { selects, surge } = await target.topology()
  const policy: PlanRequest['policy'] = {
    required: REQUIRED,
    requiredIn: {},
    singleZone: false,
    surge: Math.min(1, surge),
    selects,
    bake,
    mixedTest: null,
    batchMs: 20_000,
    batchBecause: 'a bed',
  }
  return planRollout({
    environment: 'production',
    lane: 'standard',
    purpose: 'release',
    policy,
    observation: { ...(await target.observe()), traffic: [] },
    release,
    previous: { 'eu-1': before },
    contracts: {},
  })
}

/** Carries a plan out, and tells the least that any lost zone would have left at every look. */
async function carryOut(target: Target, plan: Plan) {
  const events: RolloutEvent[] = []
  let lowest = Number.POSITIVE_INFINITY
  const onProgress = (progress: RolloutProgress) => {
    if (progress.kind === 'sample') lowest = Math.min(lowest, progress.sample.afterWorstLoss)
  }
  const receipt = { standing: null }
  const { result, findings } = await runRollout({
    plan,
    region: 'eu-1',
    target,
    token: token(2),
    journal: {
      record: (some) => {
        events.push(...some)
        return Promise.resolve(receipt)
      },
      signOfLife: () => Promise.resolve(receipt),
      standing: () => Promise.resolve(receipt),
    },
    clock: systemClock,
    signal: never,
    onProgress,
    limits: { pollMs: 100 },
  })
  const surges = events.filter((event) => event.kind === 'surge-done').map(({ extra }) => extra)
  return { result, findings, lowest, surges }
}

function startUsers(url: string) {
  const done = Promise.withResolvers<autocannon.Result>()
  const users = autocannon(
    { url, connections: 8, duration: 3_600, timeout: 20, overallRate: 200 },
    (error: Error | null, result) => (error === null ? done.resolve(result) : done.reject(error)),
  )
  return async () => {
    users.stop()
    const { requests, non2xx, errors, timeouts } = await done.promise
    return { answered: requests.total, failed: non2xx + errors + timeouts }
  }
}

async function deployUnderLoad(
  bed: { readonly target: Target; readonly url: string },
  releases: readonly [ShippedRelease, ShippedRelease],
) {
  const [before, release] = releases
  const planning = await planFor(bed.target, release, before)
  if (planning.kind === 'refused') throw new Error(JSON.stringify(planning.findings))
  expect(planning.plan.regions[0]?.zones.map(({ surge }) => surge)).toEqual([1, 1, 1])
  const end = startUsers(`${bed.url}/slow/15`)
  const ended = await carryOut(bed.target, planning.plan)
  const { answered, failed } = await end()
  expect(ended).toEqual({ result: 'released', findings: [], lowest: REQUIRED, surges: SURGES })
  expect(failed).toBe(0)
  expect(answered).toBeGreaterThan(200)
  const { units } = await bed.target.observe()
  expect(units).toHaveLength(6)
  expect(units.every((u) => u.version === build(2) && u.health === 'healthy')).toBe(true)
}

/** Canary, rest of its zone, the two others. */
const SURGES = [1, 0, 1, 0, 1, 0, 1, 0]

describe('a fleet whose sums allow nothing', { timeout: 120_000 }, () => {
  it('is deployed with surge and loses no request: local', async () => {
    await using fleet = await makeFleet({ regions: REGIONS, surge: 1 })
    const [before, release] = [await fleet.ship(1, 1), await fleet.ship(2, 2)]
    await deployUnderLoad(fleet, [before, release])
  })

  it.skipIf(!haproxyIsInstalled)(
    'is deployed with surge and loses no request: HAProxy',
    async () => {
      await using bed = await makeHaproxyBed({ regions: REGIONS, spares: 1 })
      const [before, release] = [await bed.ship(1, 1), await bed.ship(2, 2)]
      await deployUnderLoad(bed, [before, release])
    },
  )

  it('is refused by a fleet that cannot surge, with the sums', async () => {
    await using fleet = await makeFleet({ regions: REGIONS })
    const [before, release] = [await fleet.ship(1, 1), await fleet.ship(2, 2)]
    const planning = await planFor(fleet.target, release, before)
    expect(planning).toMatchObject({
      kind: 'refused',
      findings: [
        {
          code: 'rollout/no-capacity',
          subject: 'eu-1/a',
          message:
            'without eu-1/b: 6 − 2 = 4 healthy, minus 4 required leaves 0: none of eu-1/a may be out',
        },
        { subject: 'eu-1/b' },
        { subject: 'eu-1/c' },
      ],
    })
  })
})
