import type { Ledger } from '@bulkhead/ledger'
import { describe, expect, it } from 'vitest'
import { rollRegions } from '../src/deploy/roll-regions.ts'
import { Bed, shipped } from './support/two-regions.ts'

/** The ledger of a process that dies once the end of its rollout is on record: it says no more. */
function dyingAfter(ledger: Ledger, last: 'deploy.finished' | 'deploy.paused') {
  const died = Promise.withResolvers<'died'>()
  const never = new Promise<never>(() => undefined)
  let dead = false
  const hand: Ledger = {
    ...ledger,
    async append(drafts) {
      if (dead) return never
      const entries = await ledger.append(drafts)
      if (!entries.some(({ kind }) => kind === last)) return entries
      dead = true
      died.resolve('died')
      return never
    },
    async acquireLease(request) {
      const outcome = await ledger.acquireLease(request)
      if (outcome.kind === 'refused') return outcome
      const { lease } = outcome
      const release = () => (dead ? never : lease.release())
      return { ...outcome, lease: { ...lease, release } }
    },
  }
  return { hand, died: died.promise }
}

describe('a process that dies after the last word of a rollout leaves no lease behind', () => {
  it('when the region was released: the next deploy begins at once', async () => {
    const bed = await Bed.make({ regions: { eu: { a: 2, b: 2, c: 2 } }, required: 3 })
    const { hand, died } = dyingAfter(bed.ledger, 'deploy.finished')
    const killed = rollRegions(bed.deployment('b', { ledger: hand }))
    expect(await bed.clock.drive(Promise.race([killed, died]))).toBe('died')
    const { leases, released } = await bed.state()
    expect(leases).toEqual([])
    expect(released?.commit).toBe(shipped('b').commit)
    expect(await bed.ship('c')).toMatchObject({ result: 'released' })
  })

  it('when it was paused: it is resumed without breaking anything', async () => {
    const bed = await Bed.make({ regions: { eu: { a: 2, b: 2, c: 2 } }, required: 3 })
    const { hand, died } = dyingAfter(bed.ledger, 'deploy.paused')
    const killed = rollRegions(bed.deployment('b', { ledger: hand }))
    bed.fleet.onChange = () => bed.stop.abort()
    expect(await bed.clock.drive(Promise.race([killed, died]))).toBe('died')
    const { leases, unfinished } = await bed.state()
    expect(leases).toEqual([])
    expect(unfinished).toMatchObject([{ commit: shipped('b').commit }])
    const signal = new AbortController().signal
    expect(await bed.ship('b', { signal })).toMatchObject({ result: 'released' })
  })

  it('but what is stuck is held, as before', async () => {
    const bed = await Bed.make({ regions: { eu: { a: 2, b: 2, c: 2 } }, required: 3 })
    bed.fleet.sick.add(shipped('b').commit)
    bed.fleet.sick.add(shipped('a').commit)
    expect(await bed.ship('b')).toMatchObject({ result: 'stuck' })
    expect((await bed.state()).leases).toMatchObject([{ stuck: true }])
  })
})
