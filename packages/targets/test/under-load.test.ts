import autocannon from 'autocannon'
import { describe, expect, it } from 'vitest'
import { build, eventually, stagesOf } from './fleet-bed.ts'
import { type HaproxyBed, haproxyIsInstalled, killNow, makeHaproxyBed } from './haproxy-bed.ts'
import { type Deployed, deploy } from './rollout-bed.ts'

// Nine processes in three zones behind real HAProxy, users who never pause. What is proven is about
// requests, never about time: nothing here measures how fast a machine is.

const REGIONS = { 'eu-1': { a: 3, b: 3, c: 3 } }
const USERS = 12
const DEPLOYS = 20

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

describe.skipIf(!haproxyIsInstalled)(
  'users of nine units in three zones',
  { timeout: 120_000 },
  () => {
    it(`lose no request in ${DEPLOYS} deploys in a row, planned and carried out (failure 38)`, async () => {
      await using bed = await makeHaproxyBed({ regions: REGIONS })
      const [one, two] = [await bed.ship(1, 2), await bed.ship(2, 2)]
      const users = startUsers(`${bed.url}/slow/15`)
      for (let number = 0; number < DEPLOYS; number++) {
        const [previous, release] = number % 2 === 0 ? [one, two] : [two, one]
        const ended = await deploy(bed, { ...USUAL, previous, release, number: 2 + number })
        expect([ended.result, ended.findings]).toEqual(['released', []])
        expect(judgedGood(ended)).toBe(ended.plan.regions[0]?.waves.length)
      }
      const { answered, failed } = await users.end()
      expect(failed).toBe(0)
      expect(answered).toBeGreaterThan(DEPLOYS * 9)
      // Every unit was replaced in every deploy, by its own count of processes.
      expect(bed.pids()).toHaveLength(9 * (DEPLOYS + 1))
      const { units } = await bed.target.observe()
      expect(units.every((u) => u.health === 'healthy' && u.version === build(1))).toBe(true)
    }, 400_000)

    it('lose at most what is in flight when a zone is killed in the middle of a roll (failure 14)', async () => {
      await using bed = await makeHaproxyBed({ regions: REGIONS })
      const [previous, release] = [await bed.ship(1, 2), await bed.ship(2, 2)]
      const users = startUsers(`${bed.url}/slow/15`)
      let mended: Promise<unknown> | undefined
      const rolling = deploy(bed, {
        ...USUAL,
        previous,
        release,
        number: 3,
        // Zone b is new now; without zone c nothing old is left to judge it beside.
        onDecision({ text }) {
          if (text.includes('placed eu-1/b')) mended ??= bringBack(bed, 'c')
        },
      })
      await eventually(
        () => bed.target.observe({ zone: 'b' }),
        (seen) => seen.units.some((unit) => unit.health !== 'healthy'),
      )
      for (const number of [1, 2, 3]) killNow(bed.pidOf(`eu-1-c-${number}`))
      expect(await rolling).toMatchObject({ result: 'released', findings: [] })
      await mended
      const { units } = await bed.target.observe()
      expect(units.every((u) => u.health === 'healthy' && u.version === build(2))).toBe(true)
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

/** Three of nine may be out at any moment, and any one zone besides. */
const USUAL = { required: 3, requestsPerSecond: 300 }

const judgedGood = ({ events }: Deployed): number =>
  events.filter((event) => event.kind === 'wave-judged' && event.decision === 'go-on').length

/** The machines of a zone start again, on what they ran before. */
async function bringBack(bed: HaproxyBed, zone: string): Promise<void> {
  const { artifact } = await bed.artifact(1)
  await Promise.all(
    [1, 2, 3].map((number) => bed.replaceUndrained(`eu-1-${zone}-${number}`, artifact.path)),
  )
}
