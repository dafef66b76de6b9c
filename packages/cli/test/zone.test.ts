import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ShippedProject, makeShippedProject } from './support/shipped-project.ts'

/** The channels of the policy are told of it, and the one that is not there is named. */
const UNTOLD = { code: 'notify/undelivered', subject: 'slack ($NO_SLACK)' }

/** Two units in each of three zones, one of them required, and users who never pause. */
describe('maintenance of one zone', () => {
  let project: ShippedProject
  beforeAll(async () => {
    project = await makeShippedProject({
      unitsPerZone: 2,
      required: 1,
      more: 'notify: [{ kind: slack, url-from: NO_SLACK }]\n',
    })
  })
  afterAll(() => project[Symbol.asyncDispose]())

  const text = async (...args: readonly string[]): Promise<string> =>
    (await project.end(...args)).stdout

  /** The units of a zone, as they say it. */
  const unitsOf = async (zone: string) => {
    const { fleet } = (await project.run(['status'], 0)) as unknown as {
      readonly fleet: {
        readonly units: readonly { zone: string; version: string; health: string }[]
      }
    }
    return fleet.units.filter((unit) => unit.zone === zone)
  }

  it('is refused for a zone that there is not', async () => {
    expect(await project.run(['zone', 'shift', 'x', '--reason', 'why not'], 2)).toMatchObject({
      findings: [{ code: 'usage/invalid-option', subject: 'x' }],
    })
    const { ledger } = await project.run(['status'], 0)
    expect(ledger).toMatchObject({ shifted: [] })
  })

  it('shifts the traffic away, on record with person and reason', async () => {
    expect(
      await project.run(['zone', 'shift', 'c', '--reason', 'racks are moved'], 0),
    ).toMatchObject({
      result: 'shifted',
      zone: { region: 'local', zone: 'c' },
      findings: [UNTOLD],
    })
    expect(await text('status')).toMatch(
      /zone local\/c: shifted away by git:[0-9a-f]{16} since .*: racks are moved: bulkhead zone restore local\/c/,
    )
    expect(await text('status')).toContain('zone local/c: 2 of 2 healthy, running ')
    expect(await text('status')).toContain('; gets no traffic: shifted away')
    expect(await text('ledger', 'log')).toContain('zone.shifted')
  })

  it('deploys meanwhile by a plan around it, and places the zone last', async () => {
    const commit = await project.release('second')
    const plan = await text('plan')
    expect(plan).toMatch(
      /maintenance: the traffic of local\/c is shifted away \(by git:[0-9a-f]{16}: racks are moved\); it counts as gone/,
    )
    expect(await project.run(['ship'], 0)).toMatchObject({ result: 'released' })
    const units = await unitsOf('c')
    expect(units.map(({ version, health }) => [version, health])).toEqual([
      [commit, 'healthy'],
      [commit, 'healthy'],
    ])
    expect(await text('status')).toContain('; gets no traffic: shifted away')
  })

  it('refuses a second shift that would leave too little, and a plan that it stands in the way of', async () => {
    await project.run(['zone', 'shift', 'b', '--reason', 'more racks'], 0)
    expect(await project.run(['zone', 'shift', 'a', '--reason', 'all racks'], 1)).toMatchObject({
      result: 'refused',
      findings: [
        {
          code: 'rollout/no-capacity',
          subject: 'local/a',
          message: 'without local/a: 2 − 2 = 0 healthy, 1 required',
        },
      ],
    })
    await project.release('third')
    expect(await project.run(['plan'], 1)).toMatchObject({
      findings: [{ code: 'rollout/zone-shifted', subject: 'local/a' }],
    })
    await project.run(['zone', 'restore', 'b'], 0)
  })

  it('restores the zone, and no user has noticed any of it', async () => {
    expect(await project.run(['zone', 'restore', 'local/c'], 0)).toMatchObject({
      result: 'restored',
      findings: [UNTOLD],
    })
    const { ledger, fleet } = await project.run(['status'], 0)
    expect(ledger).toMatchObject({ shifted: [], leases: [] })
    expect(fleet).toMatchObject({ shifted: [] })
    expect(await project.run(['ship'], 0)).toMatchObject({ result: 'released' })
    const { requests, failures } = await project.load.stop()
    expect(failures).toBe(0)
    expect(requests).toBeGreaterThan(100)
  })
})
