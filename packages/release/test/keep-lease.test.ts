import { WorldError } from '@bulkhead/vocabulary'
import type { Clock } from '@bulkhead/world'
import { describe, expect, it } from 'vitest'
import { keepLease } from '../src/deploy/keep-lease.ts'

/** A clock on which time passes only when it is moved. */
function handClock() {
  let now = 0
  let wake: (() => void)[] = []
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const until = now + ms
        wake.push(() => (now >= until ? resolve() : undefined))
        signal?.addEventListener('abort', () => reject(new Error('aborted')))
      }),
  }
  const move = async (ms: number) => {
    now += ms
    for (const each of wake) each()
    await new Promise(setImmediate)
  }
  return { clock, move }
}

const lost = new WorldError({
  code: 'ledger/illegal-step',
  subject: 'lease.renewed',
  message: 'the lease with token 2 is not live',
  remedy: 'none',
})

describe('long work under a lease', () => {
  it('renews it every two minutes, and no more when it is done', async () => {
    const { clock, move } = handClock()
    let renewals = 0
    const lease = { renew: () => Promise.resolve(void (renewals += 1)) }
    let finish: (value: string) => void = () => undefined
    const kept = keepLease(lease, clock, () => new Promise<string>((resolve) => (finish = resolve)))
    await move(119_999)
    expect(renewals).toBe(0)
    await move(1)
    expect(renewals).toBe(1)
    for (let n = 0; n < 10; n += 1) await move(120_000)
    expect(renewals).toBe(11)
    finish('staged')
    expect(await kept).toBe('staged')
    await move(600_000)
    expect(renewals).toBe(11)
  })

  it('fails when the lease was lost meanwhile, so that nothing is done under it', async () => {
    const { clock, move } = handClock()
    let finish: () => void = () => undefined
    const kept = keepLease(
      { renew: () => Promise.reject(lost) },
      clock,
      () => new Promise<void>((resolve) => (finish = resolve)),
    )
    await move(120_000)
    finish()
    await expect(kept).rejects.toBe(lost)
  })

  it('says what the work failed of', async () => {
    const { clock } = handClock()
    const failed = new Error('the disk is full')
    const kept = keepLease({ renew: () => Promise.resolve() }, clock, () => Promise.reject(failed))
    await expect(kept).rejects.toBe(failed)
  })
})
