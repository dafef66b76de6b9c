import { fencingToken } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { type LogSource, auditLog } from '../src/audit/audit-log.ts'
import {
  ATTACKS,
  type ForgedLog,
  NOW,
  cosigned,
  forged,
  kept,
  leaseData,
  ledger,
  logOf,
  plain,
  policy,
  refused,
  revocation,
  rollout,
  rotation,
  second,
  stranger,
} from './attack-corpus.ts'
import { codesOf as audit } from './audit-codes.ts'
import { type Forgery, forgeLog, genesis } from './forged-log.ts'
import { ACTORS, deploy, verdict } from './log-fixture.ts'

describe.each(Object.entries(ATTACKS))('%s', (_, { check, code, attack, honest }) => {
  it(`deceives a verifier without its check "${check}"`, async () => {
    expect(await audit(await attack(), [check])).toEqual([])
  })

  it(`is found by ours: ${code}`, async () => {
    expect(await audit(await attack())).toEqual([code])
  })

  it('is not seen where it is not', async () => {
    expect(await audit(await honest())).toEqual([])
  })
})

describe('a key that is replaced', () => {
  const replaced = (more: readonly Forgery[] = []) =>
    forged([
      ...plain(2),
      { ...rotation(second, stranger), signedBy: second.signer },
      { ...refused(3), signedBy: stranger.signer },
      ...more,
    ])

  it('hands its place to the new one, and signs nothing more', async () => {
    expect(await audit({ log: await replaced() })).toEqual([])
    const log = await replaced([{ ...refused(4), signedBy: second.signer }])
    expect(await audit({ log })).toEqual(['ledger/revoked-key'])
    expect(await audit({ log }, ['revocation'])).toEqual([])
  })

  it('hands on its role', async () => {
    const roles = { 'deploy.refused': ['second.pub', 'ledger.pub'] }
    expect(await audit({ log: await replaced(), policy: policy({ roles }) })).toEqual([])
    const other = { 'deploy.refused': ['ledger.pub'] }
    expect(await audit({ log: await replaced(), policy: policy({ roles: other }) })).toEqual([
      'ledger/wrong-role',
    ])
  })

  it('needs as many principals as the verifier says, each with one voice', async () => {
    const two = { keyThreshold: 2 }
    const again = rotation(second, stranger)
    const alone = await forged([
      ...plain(2),
      { ...again, signedBy: second.signer },
      { ...again, signedBy: second.signer },
      { ...refused(4), signedBy: stranger.signer },
    ])
    const together = await forged([
      ...plain(2),
      { ...again, signedBy: second.signer },
      again,
      { ...refused(4), signedBy: stranger.signer },
    ])
    expect(await audit({ log: alone, policy: policy(two) })).toContain('ledger/bad-signature')
    expect(await audit({ log: together, policy: policy(two) })).toEqual([])
    const one = { ...two, principals: { 'ledger.pub': 'ada', 'second.pub': 'ada' } }
    expect(await audit({ log: together, policy: policy(one) })).toContain('ledger/bad-signature')
  })

  it('by what is no key, or under a name that is taken, is refused', async () => {
    for (const wrong of [
      { ...rotation(second, stranger), data: { old: second.key.id, name: 'x', publicKey: 'x' } },
      rotation(second, stranger, 'ledger.pub'),
      rotation(second, second),
    ]) {
      const log = await forged([...plain(2), { ...wrong, signedBy: second.signer }])
      expect(await audit({ log })).toEqual(['ledger/illegal-step'])
    }
  })
})

describe('a key that the caller knows before the log brings it in', () => {
  const handedOver = forged([
    ...plain(2),
    { ...rotation(second, ledger), signedBy: second.signer },
    verdict(),
  ])

  it('is the same key: it has both roles, and the old one signs nothing more', async () => {
    const roles = { 'gate.verdict': ['second.pub'] }
    const log = await handedOver
    expect(await audit({ log, policy: policy({ roles }) })).toEqual([])
    const before = await forged([...plain(2), verdict()])
    expect(await audit({ log: before, policy: policy({ roles }) })).toEqual(['ledger/wrong-role'])
    const after = await forged([
      ...plain(2),
      { ...rotation(second, ledger), signedBy: second.signer },
      { ...refused(3), signedBy: second.signer },
    ])
    expect(await audit({ log: after })).toEqual(['ledger/revoked-key'])
  })

  it('keeps the end that the caller gave it, and is taken up once', async () => {
    const until = { 'ledger.pub': 3 }
    const log = await handedOver
    expect(await audit({ log, policy: policy({ until }) })).toContain('ledger/revoked-key')
    const again = rotation(second, ledger)
    const twice = await forged([
      ...plain(2),
      { ...again, signedBy: second.signer },
      { ...again, signedBy: second.signer },
    ])
    expect(await audit({ log: twice })).toContain('ledger/illegal-step')
  })
})

describe('a key that is revoked from an index in the past', () => {
  const written = (from?: number) =>
    forged([
      ...plain(2),
      { ...verdict(), signedBy: second.signer },
      refused(3),
      { ...refused(4), signedBy: second.signer },
      {
        kind: 'key.revoked',
        actors: ACTORS,
        data: { key: second.key.id, ...(from === undefined ? {} : { from }) },
      },
      { kind: 'lease.acquired', actors: ACTORS, data: leaseData },
      deploy('deploy.started', fencingToken(6)),
    ])

  it('takes back what it signed since, whatever its date, and only that', async () => {
    expect(await audit({ log: await written() })).toEqual([])
    expect(await audit({ log: await written(4) })).toEqual(['ledger/revoked-key'])
  })

  it('takes back verdicts: nothing may be deployed on them', async () => {
    expect(await audit({ log: await written(2) })).toEqual([
      'ledger/illegal-step',
      'ledger/revoked-key',
    ])
  })

  it('is acknowledged by somebody with a live key, named still, and counts as little as before', async () => {
    const acknowledged = (about: number, by = ledger): Forgery => ({
      kind: 'key.acknowledged',
      actors: ACTORS,
      data: { revocation: about, reason: 'all of them were drills' },
      signedBy: by.signer,
    })
    const drafts: readonly Forgery[] = [
      ...plain(2),
      { ...verdict(), signedBy: second.signer },
      refused(3),
      { ...refused(4), signedBy: second.signer },
      { kind: 'key.revoked', actors: ACTORS, data: { key: second.key.id, from: 2 } },
    ]
    expect(await audit({ log: await forged(drafts) })).toEqual(['ledger/revoked-key'])
    const log = await forged([...drafts, acknowledged(5)])
    expect(await audit({ log })).toEqual([])
    expect((await endOf(log)).acknowledged.map(({ subject }) => subject)).toEqual([
      'entry 2',
      'entry 4',
    ])
    // The verdict that was taken back ships nothing.
    const lease: Forgery = { kind: 'lease.acquired', actors: ACTORS, data: leaseData }
    const shipped = [...drafts, acknowledged(5), lease, deploy('deploy.started', fencingToken(7))]
    expect(await audit({ log: await forged(shipped) })).toEqual(['ledger/illegal-step'])
    for (const wrong of [acknowledged(4), acknowledged(9)])
      expect(await audit({ log: await forged([...drafts, wrong]) })).toEqual([
        'ledger/illegal-step',
        'ledger/revoked-key',
      ])
    expect(
      await audit({ log: await forged([...drafts, acknowledged(5), acknowledged(5)]) }),
    ).toEqual(['ledger/illegal-step'])
    // The key that was revoked does not forgive itself.
    expect(await audit({ log: await forged([...drafts, acknowledged(5, second)]) })).toContain(
      'ledger/revoked-key',
    )
  })

  it('or from one that the verifier knows of without the log', async () => {
    const log = await forged([...plain(3), { ...refused(3), signedBy: second.signer }])
    expect(await audit({ log, policy: policy({ until: { 'second.pub': 4 } }) })).toEqual([])
    expect(await audit({ log, policy: policy({ until: { 'second.pub': 3 } }) })).toEqual([
      'ledger/revoked-key',
    ])
  })
})

describe('an entry rewritten by somebody without a key', () => {
  const rewritten = async () => logOf(await forgeLog(stranger.signer, plain(4)))

  it('deceives a verifier that takes any signature, and not ours', async () => {
    const log = await rewritten()
    expect(await audit({ log, policy: policy({ logKeys: [ledger.key, stranger.key] }) })).toEqual(
      [],
    )
    expect(await audit({ log })).toContain('ledger/bad-signature')
  })

  it('by one bit anywhere is found', async () => {
    const [first, second_, ...rest] = await forgeLog(ledger.signer, plain(3))
    if (first === undefined || second_ === undefined) throw new Error('no log')
    for (let at = 0; at < second_.bytes.byteLength; at += 7) {
      const bytes = Buffer.from(second_.bytes)
      bytes[at] = (bytes[at] ?? 0) ^ 1
      const log = await logOf([first, { ...second_, bytes }, ...rest])
      expect(await audit({ log })).not.toEqual([])
    }
  })
})

describe('order', () => {
  it('of any two neighbours that were swapped is found, in place or renumbered', async () => {
    const entries = await forgeLog(ledger.signer, plain(6))
    for (let at = 0; at < entries.length - 1; at += 1) {
      const swapped = [...entries]
      const [one, other] = [entries[at], entries[at + 1]]
      if (one === undefined || other === undefined) throw new Error('no log')
      swapped[at] = { index: at, bytes: other.bytes }
      swapped[at + 1] = { index: at + 1, bytes: one.bytes }
      expect(await audit({ log: await logOf(swapped) })).toContain('ledger/broken-chain')
      expect(await audit({ log: await logOf(entries) })).toEqual([])
    }
  })
})

async function endOf(log: ForgedLog, now = NOW) {
  const judgements = auditLog({ policy: policy(), now, log })
  for (;;) {
    const next = await judgements.next()
    if (next.done) return next.value
  }
}

/** The same log, counting how many of its entries are read. */
function counting(log: ForgedLog): LogSource & { readonly count: () => number } {
  let read = 0
  return {
    readFile: log.readFile,
    async *read(from) {
      for await (const entry of log.read(from)) {
        read += 1
        yield entry
      }
    },
    count: () => read,
  }
}

/** What a verifier keeps of the first `size` entries of a log that it verified. */
async function saved(log: ForgedLog, size: number) {
  const begun = await kept(log, size)
  const request = { policy: policy(), now: NOW, log: begun }
  const judgements = auditLog(request)
  for (;;) {
    const next = await judgements.next()
    if (!next.done) continue
    const { memory } = next.value
    if (memory === undefined) throw new Error('nothing to keep')
    return { from: begun.checkpoint, memory }
  }
}

describe('from what was saved of an earlier verification', () => {
  it('only new entries are read, and the end is the same', async () => {
    const log = await forged(plain(600))
    for (const old of [1, 255, 256, 257, 512, 599, 600]) {
      const counted = counting(log)
      expect(await audit({ log: counted, ...(await saved(log, old)) })).toEqual([])
      expect(counted.count()).toBe(600 - old + 1)
    }
  })

  it('a bare checkpoint has no memory: all is read', async () => {
    const log = await forged(plain(300))
    const counted = counting(log)
    expect(await audit({ log: counted, from: (await kept(log, 200)).checkpoint })).toEqual([])
    expect(counted.count()).toBe(300)
  })

  it('a rewritten past is found although it is not read', async () => {
    const log = await forged([genesis, refused(77), ...plain(300).slice(2)])
    expect(await audit({ log, ...(await saved(await forged(plain(300)), 200)) })).toContain(
      'ledger/rewritten',
    )
    expect(await audit({ log, ...(await saved(log, 200)) })).toEqual([])
  })

  it('a key revoked before it stays revoked, and one introduced before it is known', async () => {
    const log = await forged([
      ...revocation(refused(3)),
      { ...refused(4), signedBy: second.signer },
    ])
    expect(await audit({ log, ...(await saved(log, 4)) })).toEqual(['ledger/revoked-key'])
    const replaced = await forged([
      ...plain(2),
      { ...rotation(second, stranger), signedBy: second.signer },
      refused(3),
      { ...refused(4), signedBy: stranger.signer },
    ])
    expect(await audit({ log: replaced, ...(await saved(replaced, 4)) })).toEqual([])
  })

  it('what it deployed, leased and judged before is known', async () => {
    const drafts = [...rollout('PASS'), deploy('deploy.step', fencingToken(2))]
    const log = await forged([...drafts, deploy('deploy.step', fencingToken(9))])
    expect(await audit({ log, ...(await saved(log, 5)) })).toEqual(['ledger/illegal-step'])
    const good = await forged([
      ...drafts,
      deploy('deploy.finished', fencingToken(2), { result: 'released' }),
    ])
    expect(await audit({ log: good, ...(await saved(good, 5)) })).toEqual([])
  })

  it('memory of another log is not taken up', async () => {
    const log = await forged(plain(300))
    const { memory } = await saved(
      await forged([genesis, refused(77), ...plain(300).slice(2)]),
      200,
    )
    const { from } = await saved(log, 200)
    const counted = counting(log)
    expect(await audit({ log: counted, from, memory })).toEqual([])
    expect(counted.count()).toBe(301)
  })

  it('a missing tile is named', async () => {
    const log = await forged(plain(300))
    const past = await saved(log, 200)
    log.files.delete('tile/0/000')
    expect(await audit({ log, ...past })).toContain('ledger/bad-tile')
  })
})

describe('the log as it was at an entry', () => {
  it('is the beginning of the log that is there now', async () => {
    const log = await forged(plain(300))
    for (const at of [0, 1, 254, 255, 256, 298, 299]) expect(await audit({ log, at })).toEqual([])
    expect(await audit({ log, at: 300 })).toEqual(['ledger/missing'])
  })

  it('is refused where what was read does not lead to the checkpoint', async () => {
    const log = await forged(plain(300))
    const other = await forged([genesis, refused(77), ...plain(300).slice(2)])
    expect(await audit({ log: { ...other, readFile: log.readFile }, at: 20 })).toEqual([
      'ledger/rewritten',
    ])
  })

  it('is believed by the witnesses of the log that it grew to', async () => {
    const log = await forged(plain(300))
    const quorum = policy({ quorum: 2 })
    expect(await audit({ log, at: 20, policy: quorum, witnessed: await cosigned(log, 2) })).toEqual(
      [],
    )
    expect(await audit({ log, at: 20, policy: quorum, witnessed: await cosigned(log, 1) })).toEqual(
      ['ledger/no-quorum'],
    )
  })
})

describe('a clock that ran ahead', () => {
  const DAY = 86_400_000
  const at = (ms: number) => ({ at: new Date(NOW + ms).toISOString() })
  const correction: Forgery = {
    kind: 'clock.corrected',
    actors: ACTORS,
    data: { from: 2, reason: 'the runner was a day ahead' },
    lies: at(0),
  }
  const corrected = forged([
    ...plain(2),
    { ...refused(2), lies: at(DAY) },
    { ...refused(3), lies: at(DAY) },
    correction,
    { ...refused(5), lies: at(1_000) },
  ])
  it('refuses the log until somebody has corrected it, and is told for ever after', async () => {
    const open = await forged([...plain(2), { ...refused(2), lies: at(DAY) }])
    expect(await audit({ log: open })).toEqual(['ledger/wrong-clock'])
    const log = await corrected
    expect(await audit({ log })).toEqual([])
    for (const now of [NOW, NOW + 2 * DAY]) {
      const { acknowledged } = await endOf(log, now)
      expect(acknowledged).toMatchObject([
        {
          code: 'ledger/wrong-clock',
          subject: 'entry 2',
          message:
            'it and those up to entry 3 ran ahead; entry 4 corrected the clock: the runner was a day ahead',
        },
      ])
    }
  })

  it('is corrected by who is named, and by keys whose role it is', async () => {
    const log = await forged([
      ...plain(2),
      { ...refused(2), lies: at(DAY) },
      { ...correction, actors: [] },
    ])
    expect(await audit({ log })).toContain('ledger/illegal-step')
    const roles = { 'clock.corrected': ['second.pub'] }
    expect(await audit({ log: await corrected, policy: policy({ roles }) })).toContain(
      'ledger/wrong-role',
    )
  })

  it('may run ahead again, and leaves the newest right date for a heartbeat', async () => {
    const silent = { policy: policy({ heartbeatMs: 60_000 }), now: NOW + 120_000 }
    expect(await audit({ log: await corrected, ...silent })).toEqual(['ledger/silent'])
    const twice = await forged([
      ...plain(2),
      { ...refused(2), lies: at(DAY) },
      correction,
      { ...refused(4), lies: at(DAY) },
      { ...correction, data: { from: 4, reason: 'again' }, lies: at(1_000) },
    ])
    expect(await audit({ log: twice })).toEqual([])
  })
})
