import { chmod, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { unitId } from '../src/trust-boundary.ts'
import { hexOf } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { processIdentity } from '../src/fleet/process-identity.ts'
import { fleetStatus } from '../src/index.ts'
import {
  batchOf,
  build,
  eventually,
  makeArtifact,
  makeFleet,
  hand,
  heldBy,
  withDeadline,
  withDrain,
} from './fleet-bed.ts'
import { ask } from './load.ts'

const onlyUnit = async (state: string) => {
  const unit = (await fleetStatus(state))?.units[0]
  if (unit === undefined) throw new Error('the fleet has no unit')
  return unit
}

describe('a unit that does not come up', () => {
  it('fails the batch with its last words, and its process is gone', async () => {
    await using fleet = await makeFleet(withDeadline(400), true)
    const first = `console.error('database is away'); console.error('pid ' + process.pid)`
    const release = await fleet.ship(2, 2, { health: 503, first })
    const outcome = await fleet.target.apply(batchOf(fleet.spec), release, hand(2))
    if (outcome.kind !== 'failed') throw new Error(outcome.kind)
    expect(outcome.unit).toBe('eu-1/a/1')
    expect(outcome.reason).toContain('was not healthy after 400 ms: it answered 503 at /health')
    expect(outcome.reason).toContain('database is away')
    const pid = Number(/pid (\d+)/.exec(outcome.reason)?.[1])
    expect(await processIdentity(pid)).toBeNull()
    expect(await onlyUnit(fleet.state)).toMatchObject({
      health: 'stopped',
      version: null,
      pid: null,
    })
  })

  it('fails at once when it ends before it is healthy', async () => {
    await using fleet = await makeFleet({}, true)
    const release = await fleet.ship(2, 2, { first: `throw new Error('no configuration')` })
    const outcome = await fleet.target.apply(batchOf(fleet.spec), release, hand(2))
    if (outcome.kind !== 'failed') throw new Error(outcome.kind)
    expect(outcome.reason).toContain('ended with exit code 1 before it was healthy')
    expect(outcome.reason).toContain('no configuration')
    expect(Buffer.byteLength(outcome.reason)).toBeLessThan(5_000)
  })

  it('comes up when the same service is healthy in time', async () => {
    await using fleet = await makeFleet({}, true)
    const release = await fleet.ship(2, 2, { first: `console.error('a warning')` })
    expect(await fleet.target.apply(batchOf(fleet.spec), release, hand(2))).toEqual({
      kind: 'applied',
      victims: 0,
    })
  })

  it('whose command cannot be started is a failure like others', async () => {
    await using fleet = await makeFleet({ command: ['/nonexistent/runtime', '{artifact}'] }, true)
    const release = await fleet.ship(2, 2)
    const outcome = await fleet.target.apply(batchOf(fleet.spec), release, hand(2))
    expect(outcome).toMatchObject({ kind: 'failed', unit: 'eu-1/a/1' })
    expect(JSON.stringify(outcome)).toContain('could not be started')
  })
})

describe('the build that a unit names', () => {
  it('is what observe says, also when another one was deployed; it gets no traffic', async () => {
    await using fleet = await makeFleet({}, true)
    const release = await fleet.ship(2, 2, { names: build(5) })
    const outcome = await fleet.target.apply(batchOf(fleet.spec), release, hand(2))
    if (outcome.kind !== 'failed') throw new Error(outcome.kind)
    expect(outcome.reason).toContain(`says that it runs ${build(5)}, not ${build(2)}`)
    expect((await fleet.target.observe()).units[0]).toMatchObject({
      version: build(5),
      health: 'unhealthy',
    })
    expect((await ask(fleet.url)).status).toBe(503)
  })

  it('takes a unit out of rotation when it changes', async () => {
    await using fleet = await makeFleet()
    await ask(`${fleet.url}/name/${build(5)}`)
    await eventually(
      async () => (await fleet.target.observe()).units[0],
      (unit) => unit?.version === build(5) && unit.health === 'unhealthy',
    )
    expect((await ask(fleet.url)).status).toBe(503)
  })

  it('must be a full commit id', async () => {
    await using fleet = await makeFleet(withDeadline(3_000), true)
    const release = await fleet.ship(2, 2, { names: 'v2' })
    const outcome = await fleet.target.apply(batchOf(fleet.spec), release, hand(2))
    expect(JSON.stringify(outcome)).toContain('is no full commit id')
  })
})

describe('an artifact', () => {
  it('with other bytes than promised is not staged', async () => {
    await using fleet = await makeFleet({}, true)
    const { artifact } = await makeArtifact(fleet.path, 2)
    await writeFile(artifact.path, '// changed', { flag: 'a' })
    await expect(fleet.target.stage(artifact, heldBy(2))).rejects.toThrow('nothing was staged')
    expect(await fleet.target.holds(artifact.digest)).toBe(false)
    expect(await readdir(join(fleet.state, 'artifacts'))).toEqual([])
  })

  it('that changed after it was staged is not started, and the old unit keeps serving', async () => {
    await using fleet = await makeFleet()
    const release = await fleet.ship(2, 2)
    const folder = join(fleet.state, 'artifacts', `sha256-${hexOf(release.artifact)}`)
    const staged = join(folder, 'unit-2.mjs')
    await chmod(staged, 0o600)
    await writeFile(staged, '\n', { flag: 'a' })
    expect(await fleet.target.holds(release.artifact)).toBe(false)
    const before = await onlyUnit(fleet.state)
    const outcome = await fleet.target.apply(batchOf(fleet.spec), release, hand(2))
    expect(JSON.stringify(outcome)).toContain('missing or its bytes have changed')
    expect(await onlyUnit(fleet.state)).toEqual(before)
    // Staging the true bytes again mends it.
    await fleet.ship(2, 2)
    expect(await fleet.target.apply(batchOf(fleet.spec), release, hand(2))).toEqual({
      kind: 'applied',
      victims: 0,
    })
  })
})

describe('a batch', () => {
  it('for units that serve the release already touches nothing', async () => {
    await using fleet = await makeFleet()
    const release = await fleet.ship(1, 2)
    const before = await onlyUnit(fleet.state)
    expect(await fleet.target.apply(batchOf(fleet.spec), release, hand(2))).toEqual({
      kind: 'applied',
      victims: 0,
    })
    expect((await onlyUnit(fleet.state)).pid).toBe(before.pid)
  })

  it('that names a unit of another zone touches nothing', async () => {
    await using fleet = await makeFleet({ regions: { 'eu-1': { a: 1, b: 1 } } })
    const release = await fleet.ship(2, 2)
    const before = await fleetStatus(fleet.state)
    const batch = { ...batchOf(fleet.spec, 'a'), units: [unitId('eu-1/a/1'), unitId('eu-1/b/1')] }
    expect(await fleet.target.apply(batch, release, hand(2))).toEqual({
      kind: 'failed',
      unit: 'eu-1/b/1',
      reason: 'there is no such unit in eu-1/a',
    })
    expect((await fleetStatus(fleet.state))?.units).toEqual(before?.units)
  })

  it('that is cancelled while a unit drains gives the unit back', async () => {
    await using fleet = await makeFleet()
    const release = await fleet.ship(2, 2)
    const slow = ask(`${fleet.url}/slow/1500`)
    await eventually(
      async () => (await onlyUnit(fleet.state)).inFlight,
      (n) => n === 1,
    )
    const cancelled = new AbortController()
    const applying = fleet.target.apply(batchOf(fleet.spec), release, hand(2, cancelled.signal))
    await eventually(
      async () => (await onlyUnit(fleet.state)).health,
      (h) => h === 'draining',
    )
    cancelled.abort()
    expect(await applying).toMatchObject({ kind: 'failed', unit: 'eu-1/a/1' })
    expect(await onlyUnit(fleet.state)).toMatchObject({ version: build(1), health: 'healthy' })
    expect((await slow).body).toBe(build(1))
  })

  it('counts the requests that outlive the drain', async () => {
    await using fleet = await makeFleet({ ...withDrain(100) })
    const release = await fleet.ship(2, 2)
    const slow = ask(`${fleet.url}/slow/5000`)
    await eventually(
      async () => (await onlyUnit(fleet.state)).inFlight,
      (n) => n === 1,
    )
    const applying = fleet.target.apply(batchOf(fleet.spec), release, hand(2))
    expect((await slow).status).toBe(502)
    expect(await applying).toEqual({ kind: 'applied', victims: 1 })
    expect((await fleetStatus(fleet.state))?.drainVictims).toBe(1)
  })
})

describe('a unit that crashes', () => {
  it('is started again on its version, and shows as unhealthy meanwhile', async () => {
    await using fleet = await makeFleet({}, true)
    // Once it has crashed it cannot start, until somebody removes the file.
    const first = `
      import { existsSync, writeFileSync } from 'node:fs'
      if (existsSync('crashed')) process.exit(7)
      process.on('exit', () => writeFileSync('crashed', ''))`
    const release = await fleet.ship(1, 1, { first })
    await fleet.target.apply(batchOf(fleet.spec), release, hand(1))
    const { pid } = await onlyUnit(fleet.state)
    expect((await ask(`${fleet.url}/crash`)).status).toBe(502)
    const down = await eventually(
      () => onlyUnit(fleet.state),
      (unit) => unit.health === 'unhealthy' && unit.restarts > 0 && unit.pid === null,
    )
    expect(down).toMatchObject({ version: null, reason: 'ended with exit code 7' })
    await rm(join(fleet.state, 'units', encodeURIComponent('eu-1/a/1'), 'crashed'))
    const back = await eventually(
      () => onlyUnit(fleet.state),
      (unit) => unit.health === 'healthy',
    )
    expect(back.version).toBe(build(1))
    expect(back.pid).not.toBe(pid)
    expect((await ask(fleet.url)).body).toBe(build(1))
  })
})

describe('the environment of a unit', () => {
  it('is allow-listed, plus the policy’s, plus its own port', async () => {
    process.env['FLEET_TEST_SECRET'] = 'hunter2'
    await using fleet = await makeFleet({ env: { GREETING: 'hello', PORT: '1' } })
    delete process.env['FLEET_TEST_SECRET']
    const seen = JSON.parse((await ask(`${fleet.url}/environment`)).body)
    expect(seen).not.toHaveProperty('FLEET_TEST_SECRET')
    expect(seen).toMatchObject({ GREETING: 'hello' })
    expect(seen['PORT']).not.toBe('1')
  })
})
