import autocannon from 'autocannon'
import type { ShippedRelease, Stage } from '@bulkhead/rollout'
import { describe, expect, it } from 'vitest'
import { build, eventually, hand, stagesOf } from './fleet-bed.ts'
import { type HaproxyBed, haproxyIsInstalled, killNow, makeHaproxyBed } from './haproxy-bed.ts'

// Nine processes in three zones behind real HAProxy, users who never pause. What is proven is about
// requests, never about time: nothing here measures how fast a machine is.

const REGIONS = { 'eu-1': { a: 3, b: 3, c: 3 } }
const USERS = 12
const DEPLOYS = 20
const APPLIED = { kind: 'applied', victims: 0 }

/** Constant load until it is ended: a rate to keep, or as many requests as there are users at once. */
function startUsers(
  url: string,
  load: Pick<autocannon.Options, 'overallRate'> = { overallRate: 300 },
) {
  const done = Promise.withResolvers<autocannon.Result>()
  const users = autocannon(
    { url, connections: USERS, duration: 3_600, timeout: 20, ...load },
    (error: Error | null, result) => (error === null ? done.resolve(result) : done.reject(error)),
  )
  return {
    async end() {
      users.stop()
      const { requests, non2xx, errors, timeouts } = await done.promise
      return { answered: requests.total, failed: non2xx + errors + timeouts }
    },
  }
}

/** Zone by zone, a zone at once: three of nine are out at any moment. */
async function deploy(bed: HaproxyBed, release: ShippedRelease): Promise<void> {
  for (const stage of stagesOf(REGIONS))
    expect(await bed.target.apply(stage, release, hand(2))).toEqual(APPLIED)
}

describe.skipIf(!haproxyIsInstalled)(
  'users of nine units in three zones',
  { timeout: 120_000 },
  () => {
    it(`lose no request in ${DEPLOYS} deploys in a row (failure 38)`, async () => {
      await using bed = await makeHaproxyBed({ regions: REGIONS })
      const releases = [await bed.ship(2, 2), await bed.ship(1, 2)]
      const users = startUsers(`${bed.url}/slow/15`)
      for (let number = 0; number < DEPLOYS; number++) {
        const release = releases[number % releases.length]
        if (release !== undefined) await deploy(bed, release)
      }
      const { answered, failed } = await users.end()
      expect(failed).toBe(0)
      expect(answered).toBeGreaterThan(DEPLOYS * 9)
      // Every unit was replaced in every deploy, by its own count of processes.
      expect(bed.pids()).toHaveLength(9 * (DEPLOYS + 1))
      const { units } = await bed.target.observe()
      expect(units.every((u) => u.health === 'healthy' && u.version === build(1))).toBe(true)
    }, 300_000)

    it('lose at most what is in flight when a zone is killed in the middle of a roll', async () => {
      await using bed = await makeHaproxyBed({ regions: REGIONS })
      const release = await bed.ship(2, 2)
      const users = startUsers(`${bed.url}/slow/15`)
      const [first, second, third] = stagesOf(REGIONS)
      expect(await apply(bed, first, release)).toEqual(APPLIED)
      const rolling = apply(bed, second, release)
      await eventually(
        () => bed.target.observe({ zone: 'b' }),
        ({ units }) => units.some((unit) => unit.health !== 'healthy'),
      )
      for (const number of [1, 2, 3]) killNow(bed.pidOf(`eu-1-c-${number}`))
      expect(await rolling).toEqual(APPLIED)
      const { units } = await bed.target.observe()
      expect(Map.groupBy(units, (unit) => unit.health).get('healthy')).toHaveLength(6)
      // The zone comes back on the release, as the executor would place it.
      expect(await apply(bed, third, release)).toEqual(APPLIED)
      const { answered, failed } = await users.end()
      // Each user has one request in flight, and a user is at one unit at a time.
      expect(failed).toBeLessThanOrEqual(USERS)
      expect(answered).toBeGreaterThan(100)
    })

    it('do lose requests when units are replaced without a drain: the bed can see a failure', async () => {
      await using bed = await makeHaproxyBed({ regions: REGIONS })
      const { artifact } = await bed.artifact(2)
      const users = startUsers(`${bed.url}/slow/300`, {})
      await eventually(
        () => bed.target.observe(),
        ({ traffic }) => (traffic[0]?.requests ?? 0) > USERS,
      )
      for (const { zone, units } of stagesOf(REGIONS))
        await Promise.all(
          units.map(async (_, at) => bed.replaceUndrained(`eu-1-${zone}-${at + 1}`, artifact.path)),
        )
      const { failed } = await users.end()
      expect(failed).toBeGreaterThan(0)
    })
  },
)

const apply = (bed: HaproxyBed, stage: Stage | undefined, release: ShippedRelease) => {
  if (stage === undefined) throw new Error('a bed of three zones')
  return bed.target.apply(stage, release, hand(2))
}
