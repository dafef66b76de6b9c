import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startSupervisor } from '../src/fleet/supervisor.ts'
import { fleetStatus } from '../src/index.ts'
import { batchOf, batchesOf, build, makeArtifact, makeFleet, hand, heldBy } from './fleet-bed.ts'

describe('a fencing token', () => {
  it('that is older than the newest seen changes nothing, by apply or by stage', async () => {
    await using fleet = await makeFleet()
    const release = await fleet.ship(2, 7)
    const before = await fleetStatus(fleet.state)
    const batch = batchOf(fleet.spec)
    expect(await fleet.target.apply(batch, release, hand(6))).toEqual({
      kind: 'stale-token',
      newest: 7,
    })
    const other = await makeArtifact(fleet.path, 3)
    await expect(fleet.target.stage(other.artifact, heldBy(6))).rejects.toThrow(
      'rollout/stale-token',
    )
    expect(await fleet.target.holds(other.artifact.digest)).toBe(false)
    const after = await fleetStatus(fleet.state)
    expect(after?.units).toEqual(before?.units)
  })

  it('that equals the newest may act', async () => {
    await using fleet = await makeFleet()
    const release = await fleet.ship(2, 7)
    expect(await fleet.target.apply(batchOf(fleet.spec), release, hand(7))).toEqual({
      kind: 'applied',
      victims: 0,
    })
    expect((await fleet.target.observe()).units[0]?.version).toBe(build(2))
  })

  it('is remembered by the next supervisor', async () => {
    await using fleet = await makeFleet()
    const release = await fleet.ship(2, 9)
    await fleet.supervisor.stop()
    const again = await startSupervisor(fleet.spec, fleet.state)
    try {
      const outcome = await fleet.target.apply(batchOf(fleet.spec), release, hand(8))
      expect(outcome).toEqual({ kind: 'stale-token', newest: 9 })
    } finally {
      await again.stop()
    }
  })

  it('is on disk before anything is done in its name', async () => {
    await using fleet = await makeFleet({}, true)
    const { release } = await makeArtifact(fleet.path, 2)
    // The artifact was never staged: the batch fails, and its token counts all the same.
    const outcome = await fleet.target.apply(batchOf(fleet.spec), release, hand(5))
    expect(outcome.kind).toBe('failed')
    const stored = await readFile(join(fleet.state, 'fencing-token.json'), 'utf8')
    expect(JSON.parse(stored)).toEqual({ newest: { 'eu-1': 5 } })
  })

  it('is of one region: a later release enters region one while the earlier goes on in region two', async () => {
    await using fleet = await makeFleet({ regions: { 'eu-1': { a: 1 }, 'us-1': { a: 1 } } }, true)
    const first = await fleet.ship(1, 1)
    const second = await fleet.ship(2, 3)
    const [one, two] = batchesOf(fleet.spec)
    if (one === undefined || two === undefined) throw new Error('one unit in each region')
    expect((await fleet.target.apply(one, second, hand(3))).kind).toBe('applied')
    expect((await fleet.target.apply(two, first, hand(2))).kind).toBe('applied')
    // Whoever held region one before is shut out there, whatever goes on elsewhere.
    const stale = { kind: 'stale-token', newest: 3 }
    expect(await fleet.target.apply(one, first, hand(1))).toEqual(stale)
    expect(await fleet.target.restore(one, hand(2))).toEqual(stale)
    const { units } = await fleet.target.observe()
    expect(units.map(({ version }) => version)).toEqual([build(2), build(1)])
    expect((await fleetStatus(fleet.state))?.newestTokens).toEqual({ 'eu-1': 3, 'us-1': 2 })
  })
})
