import { type Milliseconds, parseDuration } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import type { Ledger, LeaseRequest } from '../src/index.ts'
import {
  ACTORS,
  HandClock,
  MemoryStore,
  all,
  deploy,
  ledgerKey,
  open,
  verdict,
} from './log-fixture.ts'

const key = ledgerKey()
const term = (text: string): Milliseconds => parseDuration(text) ?? (0 as Milliseconds)

async function scene() {
  const store = new MemoryStore()
  const clock = new HandClock()
  const ledgers = { ada: await open(store, key, { clock }), bob: await open(store, key, { clock }) }
  await ledgers.ada.append([verdict()])
  return { store, clock, ...ledgers }
}

const ask = (ledger: Ledger, holder: string, more: Partial<LeaseRequest> = {}) =>
  ledger.acquireLease({ region: 'eu', actors: ACTORS, holder, ttl: term('1m'), ...more })

async function hold(...request: Parameters<typeof ask>) {
  const outcome = await ask(...request)
  if (outcome.kind === 'refused') throw new Error(JSON.stringify(outcome.findings))
  return outcome.lease
}

describe('a lease', () => {
  it('has the index of its entry as its token, and is on record', async () => {
    const { ada } = await scene()
    const lease = await hold(ada, 'ada')
    expect(lease.token).toBe(2)
    expect((await ada.state()).lease).toMatchObject({ token: 2, holder: 'ada', region: 'eu' })
  })

  it('is refused to others, naming holder, time and token; and free once given back', async () => {
    const { ada, bob } = await scene()
    const lease = await hold(ada, 'ada')
    const refused = await ask(bob, 'bob')
    expect(refused).toMatchObject({ kind: 'refused', findings: [{ code: 'ledger/lease-held' }] })
    expect(JSON.stringify(refused)).toMatch(
      /ada holds the lease since 2026-01-31T12:00:00.000Z with token 2/,
    )
    await lease.release()
    await lease.release()
    expect((await hold(bob, 'bob')).token).toBe(4)
  })

  it('goes to exactly one of those who ask at once (failure 6)', async () => {
    const { ada, bob } = await scene()
    const outcomes = await Promise.all([ask(ada, 'ada'), ask(bob, 'bob')])
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['acquired', 'refused'])
  })

  it('of one region leaves the others free', async () => {
    const { ada, bob } = await scene()
    await hold(ada, 'ada', { region: 'eu+us' })
    expect((await ask(bob, 'bob', { region: 'us' })).kind).toBe('refused')
    expect((await ask(bob, 'bob', { region: 'asia' })).kind).toBe('acquired')
  })

  it('is named after the first actor when nobody names it', async () => {
    const { ada } = await scene()
    await ada.acquireLease({ region: 'eu', actors: ACTORS })
    expect((await ada.state()).lease?.holder).toBe('git:ada')
  })
})

describe('waiting for a lease', () => {
  it('ends as soon as it is given back', async () => {
    const { ada, bob, clock } = await scene()
    const lease = await hold(ada, 'ada')
    const sleep = (ms: number) => HandClock.prototype.sleep.call(clock, ms)
    clock.sleep = async (ms) => {
      clock.sleep = sleep
      await lease.release()
      clock.move(ms)
    }
    expect((await ask(bob, 'bob', { patience: term('10s') })).kind).toBe('acquired')
  })

  it('ends with a refusal when patience does', async () => {
    const { ada, bob, clock } = await scene()
    await hold(ada, 'ada')
    const from = clock.monotonic()
    expect((await ask(bob, 'bob', { patience: term('30s') })).kind).toBe('refused')
    expect(clock.monotonic() - from).toBe(30_000)
  })

  it('takes over after a whole term without a sign of life, seen with own eyes (failure 7)', async () => {
    const { ada, bob, clock } = await scene()
    const lease = await hold(ada, 'ada')
    await ada.append([deploy('deploy.started', lease.token)])
    // However long ago it was acquired: who has only just come has not watched it for a term.
    clock.move(3_600_000)
    expect((await ask(bob, 'bob', { patience: term('59s') })).kind).toBe('refused')
    expect((await ask(bob, 'bob', { patience: term('61s') })).kind).toBe('acquired')
    await expect(ada.append([deploy('deploy.step', lease.token)])).rejects.toThrow(
      /token 2 is not live/,
    )
    await lease.release()
    expect((await bob.state()).lease?.holder).toBe('bob')
  })

  it('does not take over while the holder shows signs of life', async () => {
    const { ada, bob, clock } = await scene()
    const lease = await hold(ada, 'ada')
    await ada.append([deploy('deploy.started', lease.token)])
    const sleep = (ms: number) => HandClock.prototype.sleep.call(clock, ms)
    let looks = 0
    clock.sleep = async (ms) => {
      looks += 1
      if (looks % 10 === 0) await ada.append([deploy('deploy.step', lease.token)])
      await sleep(ms)
    }
    expect((await ask(bob, 'bob', { patience: term('5m') })).kind).toBe('refused')
    expect(looks).toBeGreaterThan(100)
  })
})

describe('renewing a lease', () => {
  it('keeps it, however long its holder only waits', async () => {
    const { ada, bob, clock } = await scene()
    const lease = await hold(ada, 'ada')
    const sleep = (ms: number) => HandClock.prototype.sleep.call(clock, ms)
    let waited = 0
    clock.sleep = async (ms) => {
      waited += ms
      if (waited % 40_000 === 0) await lease.renew()
      await sleep(ms)
    }
    expect((await ask(bob, 'bob', { patience: term('5m') })).kind).toBe('refused')
    clock.sleep = sleep
    expect((await ask(bob, 'bob', { patience: term('61s') })).kind).toBe('acquired')
  })

  it('fails when it was lost, so that the old holder touches nothing more', async () => {
    const { ada, bob } = await scene()
    const lease = await hold(ada, 'ada')
    await lease.renew()
    await hold(bob, 'bob', { breaking: { token: lease.token, reason: 'its runner is gone' } })
    await expect(lease.renew()).rejects.toThrow(/token 2 is not live/)
  })
})

describe('breaking a lease', () => {
  it('ends it at once, by token and for a reason on record', async () => {
    const { ada, bob } = await scene()
    const { token } = await hold(ada, 'ada')
    const lease = await hold(bob, 'bob', { breaking: { token, reason: 'the runner is gone' } })
    expect(lease.token).toBeGreaterThan(token)
    const entries = await all(bob.entries())
    expect(entries.at(-1)?.data['takesOver']).toMatchObject({
      token,
      why: 'broken',
      reason: 'the runner is gone',
    })
    await expect(ada.append([deploy('deploy.started', token)])).rejects.toThrow(/not live/)
  })

  it('is refused for another token than the one that is held', async () => {
    const { ada, bob } = await scene()
    const old = await hold(ada, 'ada')
    await old.release()
    await hold(ada, 'ada')
    expect((await ask(bob, 'bob', { breaking: { token: old.token, reason: 'late' } })).kind).toBe(
      'refused',
    )
  })

  it('needs a reason', async () => {
    const { ada, bob } = await scene()
    const { token } = await hold(ada, 'ada')
    await expect(ask(bob, 'bob', { breaking: { token, reason: '' } })).rejects.toThrow(/reason/)
  })

  it('is the only way past a rollback that got stuck', async () => {
    const { ada, bob } = await scene()
    const lease = await hold(ada, 'ada')
    await ada.append([
      deploy('deploy.started', lease.token),
      deploy('rollback.started', lease.token),
      deploy('deploy.finished', lease.token, { result: 'stuck' }),
    ])
    await lease.release()
    expect((await ada.state()).lease).toMatchObject({ token: lease.token, stuck: true })
    const waited = await ask(bob, 'bob', { patience: term('1h') })
    expect(waited).toMatchObject({
      kind: 'refused',
      findings: [{ remedy: expect.stringContaining('look at the fleet') }],
    })
    await hold(bob, 'bob', { breaking: { token: lease.token, reason: 'fleet repaired by hand' } })
  })
})
