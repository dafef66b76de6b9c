import type { ShippedRelease, Stage } from '@bulkhead/rollout'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { WorldError } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { processIdentity, processesWithEnvironment } from '../src/fleet/process-identity.ts'
import { stateDirectory } from '../src/fleet/state-directory.ts'
import { environmentMark } from '../src/fleet/unit-mark.ts'
import { fleetStatus, startFleet, stopFleet } from '../src/index.ts'
import { batchOf, build, eventually, makeArtifact, makeYard, hand, heldBy } from './fleet-bed.ts'
import { ask } from './load.ts'

type Yard = Awaited<ReturnType<typeof makeYard>>

/** Every process that the fleet has: the supervisor and, by their mark, all descendants of units. */
async function ownPids(yard: Yard): Promise<readonly number[]> {
  const status = await fleetStatus(yard.state)
  const mark = await environmentMark(stateDirectory(yard.state))
  const marked = mark === undefined ? [] : await processesWithEnvironment(mark)
  const listed = (status?.units ?? []).flatMap((unit) => unit.pid ?? [])
  return [...new Set([...(status ? [status.pid] : []), ...listed, ...marked])]
}

const living = async (pids: readonly number[]) => {
  const identities = await Promise.all(pids.map(async (pid) => await processIdentity(pid)))
  return pids.filter((_, index) => identities[index] !== null)
}

/** Brings a detached fleet up on build 1, whose units each start a child of their own. */
async function fill(yard: Yard): Promise<void> {
  const last = `
    import { spawn } from 'node:child_process'
    spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })`
  const { artifact, release } = await makeArtifact(yard.path, 1, { last })
  await yard.target.stage(artifact, heldBy(1))
  const outcome = await yard.target.apply(batchOf(yard.spec), release, hand(1))
  expect(outcome).toEqual({ kind: 'applied', victims: 0 })
}

describe('a fleet', () => {
  it('lives on by itself, is found again, and leaves no process when it is stopped', async () => {
    await using yard = await makeYard({ regions: { 'eu-1': { a: 2 } } })
    expect(await fleetStatus(yard.state)).toBeUndefined()
    const first = await startFleet(yard.argv, yard.state)
    expect(first.kind).toBe('started')
    expect(first.status.address.port).toBeGreaterThan(0)
    await fill(yard)
    const again = await startFleet(yard.argv, yard.state)
    expect([again.kind, again.status.pid]).toEqual(['already-up', first.status.pid])
    expect((await ask(`http://127.0.0.1:${first.status.address.port}`)).body).toBe(build(1))
    const pids = await ownPids(yard)
    expect(pids.length).toBeGreaterThanOrEqual(3)
    expect(await stopFleet(yard.state)).toBe(true)
    expect(await living(pids)).toEqual([])
    expect(await fleetStatus(yard.state)).toBeUndefined()
    expect(await stopFleet(yard.state)).toBe(false)
  })

  it('ends with its supervisor on SIGTERM, and comes back on what it served', async () => {
    await using yard = await makeYard()
    const { status } = await startFleet(yard.argv, yard.state)
    await fill(yard)
    const pids = await ownPids(yard)
    process.kill(status.pid, 'SIGTERM')
    await eventually(
      () => living(pids),
      (left) => left.length === 0,
    )
    await startFleet(yard.argv, yard.state)
    const unit = await eventually(
      async () => (await yard.target.observe()).units[0],
      (seen) => seen?.health === 'healthy',
    )
    expect(unit?.version).toBe(build(1))
  })

  it('whose supervisor was killed leaves no orphan after the next start', async () => {
    await using yard = await makeYard({ regions: { 'eu-1': { a: 2 } } })
    const { status } = await startFleet(yard.argv, yard.state)
    await fill(yard)
    const pids = await ownPids(yard)
    process.kill(status.pid, 'SIGKILL')
    await eventually(
      () => living([status.pid]),
      (left) => left.length === 0,
    )
    // They are really orphans: the units live on without their supervisor.
    expect((await living(pids)).length).toBeGreaterThanOrEqual(2)
    await startFleet(yard.argv, yard.state)
    expect(await living(pids)).toEqual([])
  })

  it('whose supervisor was killed leaves no orphan after it is stopped', async () => {
    await using yard = await makeYard()
    const { status } = await startFleet(yard.argv, yard.state)
    await fill(yard)
    const pids = await ownPids(yard)
    process.kill(status.pid, 'SIGKILL')
    // At once: whether the supervisor is still seen or not, nothing may be left.
    await stopFleet(yard.state)
    expect(await living(pids)).toEqual([])
  })

  it.skipIf(process.platform !== 'linux')(
    'finds orphans that were never written down, by the mark that they carry',
    async () => {
      await using yard = await makeYard()
      const { status } = await startFleet(yard.argv, yard.state)
      await fill(yard)
      const pids = await ownPids(yard)
      expect(pids.length).toBeGreaterThanOrEqual(3)
      process.kill(status.pid, 'SIGKILL')
      await eventually(
        () => living([status.pid]),
        (left) => left.length === 0,
      )
      await rm(stateDirectory(yard.state).processes)
      await stopFleet(yard.state)
      expect(await living(pids)).toEqual([])
    },
  )

  it('finishes a batch whose client died, so that no unit stays drained', async () => {
    await using yard = await makeYard()
    await startFleet(yard.argv, yard.state)
    await fill(yard)
    const { artifact, release } = await makeArtifact(yard.path, 2)
    await yard.target.stage(artifact, heldBy(2))
    await hangUpAfterAsking(yard, { ...batchOf(yard.spec) }, release)
    const unit = await eventually(
      async () => (await yard.target.observe()).units[0],
      (seen) => seen?.version === build(2) && seen.health === 'healthy',
    )
    expect(unit?.version).toBe(build(2))
  })

  it('says which port is in use, and how to mend it', async () => {
    const squatter = createServer()
    await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve))
    const address = squatter.address()
    const port = typeof address === 'object' && address ? address.port : 0
    try {
      await using yard = await makeYard({ listen: { host: '127.0.0.1', port } })
      const refused = await startFleet(yard.argv, yard.state).catch((error: unknown) => error)
      if (!(refused instanceof WorldError)) throw new Error('it came up')
      expect(refused.findings[0]).toMatchObject({
        code: 'rollout/port-in-use',
        subject: `127.0.0.1:${port}`,
      })
      expect(refused.findings[0]?.remedy).toContain(`port ${port}`)
      expect(await ownPids(yard)).toEqual([])
      squatter.close()
      // The twin: the same policy comes up once the port is free.
      const up = await startFleet(yard.argv, yard.state)
      expect(up.status.address.port).toBe(port)
    } finally {
      squatter.close()
    }
  })

  it('that is not up is told with the command that starts it', async () => {
    await using yard = await makeYard()
    const refused = await yard.target.observe().catch((error: unknown) => error)
    if (!(refused instanceof WorldError)) throw new Error('it answered')
    expect(refused.findings[0]?.code).toBe('rollout/target-failed')
    expect(refused.findings[0]?.message).toContain('it is not up')
    expect(refused.findings[0]?.remedy).toContain('`bulkhead fleet up`')
  })

  it('whose supervisor cannot be started says why', async () => {
    await using yard = await makeYard()
    const argv = [process.execPath, '-e', 'throw new Error("no such policy")'] as const
    const refused = await startFleet(argv, yard.state).catch((error: unknown) => String(error))
    expect(refused).toContain('the supervisor ended at once')
    await expect(startFleet(['/nonexistent'], yard.state)).rejects.toThrow('rollout/target-failed')
  })

  it.skipIf(process.platform === 'win32')('keeps its socket to its owner', async () => {
    await using yard = await makeYard()
    await startFleet(yard.argv, yard.state)
    expect((await stat(join(yard.state, 'control.sock'))).mode & 0o777).toBe(0o600)
    expect((await stat(yard.state)).mode & 0o777).toBe(0o700)
  })
})

async function hangUpAfterAsking(yard: Yard, stage: Stage, release: ShippedRelease): Promise<void> {
  const socket = connect(join(yard.state, 'control.sock'))
  socket.on('error', () => undefined)
  socket.write(`${JSON.stringify({ op: 'apply', stage, release, token: 2 })}\n`)
  await eventually(
    async () => (await yard.target.observe()).units[0],
    (seen) => seen?.version !== build(1) || seen.health !== 'healthy',
  )
  socket.destroy()
}
