import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { systemClock } from '@bulkhead/world'
import { describe, expect, it } from 'vitest'
import { endOrphans } from '../src/fleet/orphans.ts'
import { processIdentity } from '../src/fleet/process-identity.ts'
import { openStateDirectory, stateDirectory } from '../src/fleet/state-directory.ts'
import { startSupervisor } from '../src/fleet/supervisor.ts'
import { LocalTarget, fleetStatus } from '../src/index.ts'
import { makeFleet, makeYard } from './fleet-bed.ts'

describe('the pid file', () => {
  it('never lets a process be killed that only has the same pid', async () => {
    await using yard = await makeYard()
    const state = stateDirectory(yard.state)
    await openStateDirectory(state)
    const sleeper = () =>
      spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true })
    const [stranger, ours] = [sleeper(), sleeper()]
    try {
      const identity = await processIdentity(ours.pid ?? 0)
      const records = [
        { pid: stranger.pid, identity: 'another boot:1' },
        { pid: ours.pid, identity },
      ]
      await writeFile(state.processes, JSON.stringify(records))
      const gone = once(ours, 'exit')
      expect(await endOrphans(state, systemClock)).toBe(1)
      await gone
      expect(await processIdentity(stranger.pid ?? 0)).not.toBeNull()
    } finally {
      stranger.kill('SIGKILL')
      ours.kill('SIGKILL')
    }
  })

  it('that cannot be read stops the start', async () => {
    await using yard = await makeYard()
    const state = stateDirectory(yard.state)
    await openStateDirectory(state)
    await writeFile(state.processes, '[{"pid":1,"identity":"x"}]')
    await expect(startSupervisor(yard.spec, yard.state)).rejects.toThrow('rollout/target-failed')
    await writeFile(state.processes, '[]')
    const supervisor = await startSupervisor(yard.spec, yard.state)
    await supervisor.stop()
  })
})

describe('a state directory', () => {
  it('has one supervisor', async () => {
    await using fleet = await makeFleet({}, true)
    await expect(startSupervisor(fleet.spec, fleet.state)).rejects.toThrow('is up in this state')
    expect((await fleetStatus(fleet.state))?.pid).toBe(process.pid)
  })

  it('has one supervisor also when several start at the same moment over a dead one’s claim', async () => {
    await using yard = await makeYard()
    const state = stateDirectory(yard.state)
    await openStateDirectory(state)
    await writeFile(state.owner, JSON.stringify({ pid: 999_999_999, identity: 'x', nonce: 'y' }))
    const starts = await Promise.allSettled(
      Array.from({ length: 5 }, () => startSupervisor(yard.spec, yard.state)),
    )
    const up = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []))
    await Promise.all(up.map((supervisor) => supervisor.stop()))
    expect(up.length).toBe(1)
  })

  it('whose path is too long for a socket is refused with a way out', () => {
    expect(() => new LocalTarget(join('/tmp', 'x'.repeat(100)))).toThrow('usage/invalid-option')
    expect(() => new LocalTarget(join('/tmp', 'x'.repeat(60)))).not.toThrow()
  })
})

describe('the control socket', () => {
  const say = async (state: string, text: string) => {
    const socket = connect(join(state, 'control.sock'))
    let answer = ''
    socket.on('data', (chunk) => (answer += chunk.toString()))
    socket.on('error', () => undefined)
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    socket.write(text)
    await closed
    return answer
  }

  it.each([
    ['no JSON', 'hello\n'],
    ['an unknown operation', '{"op":"format"}\n'],
    ['an unknown field', '{"op":"observe","force":true}\n'],
    ['a token that is no number', '{"op":"stage","path":"x","digest":"sha256:0","token":"9"}\n'],
  ])('refuses %s', async (_, line) => {
    await using fleet = await makeFleet({}, true)
    const answer = JSON.parse(await say(fleet.state, line))
    expect(answer).toMatchObject({ kind: 'refused', finding: { code: 'rollout/target-failed' } })
  })

  it('hangs up on a line without an end, and goes on serving others', async () => {
    await using fleet = await makeFleet({}, true)
    expect(await say(fleet.state, 'x'.repeat(9 * 1024 * 1024))).toBe('')
    expect((await fleetStatus(fleet.state))?.newestTokens).toEqual({})
  })

  it('hands out the time series', async () => {
    await using fleet = await makeFleet()
    const [first] = await fleet.target.samples(0)
    expect(first?.units.map((unit) => unit.id)).toEqual(['eu-1/a/1'])
    expect(await fleet.target.samples(Number.MAX_SAFE_INTEGER)).toEqual([])
  })
})
