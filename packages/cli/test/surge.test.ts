import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ShippedProject, makeShippedProject } from './support/shipped-project.ts'

/** Two units in each of three zones, and all that two zones have is required. */
describe('a fleet whose sums allow nothing without surge', () => {
  let project: ShippedProject
  beforeAll(async () => {
    project = await makeShippedProject({ unitsPerZone: 2, required: 4, surge: 1 })
  })
  afterAll(() => project[Symbol.asyncDispose]())

  interface Status {
    readonly ledger: { readonly leases: readonly { readonly token: number }[] }
    readonly fleet: { readonly units: readonly { version: string; surplus?: true }[] }
  }
  const status = async () => (await project.run(['status'], 0)) as unknown as Status

  it('is planned with it, and the plan says why', async () => {
    await project.release('second')
    const { stdout } = await project.end('plan')
    expect(stdout).toMatch(
      /local\/a +2\/2 +1 +\+1 +surge of 1: without local\/b: 7 − 2 = 5 healthy, minus 4 required leaves 1/,
    )
  })

  it('is deployed with it: shown while it is there, and taken away', async () => {
    const ended = await project.end('ship')
    expect(ended.code).toBe(0)
    expect(ended.stderr).toContain('surge    local/a: one unit beyond its own, because without')
    expect(ended.stderr).toContain('surge    local/c: no unit beyond its own any more')
    expect((await status()).fleet.units).toHaveLength(6)
  })

  it('has nothing left of it when the process that ships is killed, and another resumes', async () => {
    const commit = await project.release('third')
    const shipping = project.start('ship')
    await shipping.until('local/b: one unit beyond its own')
    shipping.child.kill('SIGKILL')
    await shipping.ended
    const { ledger, fleet } = await status()
    expect(fleet.units.filter(({ surplus }) => surplus)).toHaveLength(1)
    const [lease] = ledger.leases
    await project.run(
      ['resume', '--break-lease', String(lease?.token), '--reason', 'its machine is gone'],
      0,
    )
    const after = await status()
    expect(after.fleet.units).toHaveLength(6)
    expect(after.fleet.units.every(({ version }) => version === commit)).toBe(true)
  })

  it('and no user has noticed any of it', async () => {
    const { requests, failures } = await project.load.stop()
    expect(failures).toBe(0)
    expect(requests).toBeGreaterThan(100)
  })
})
