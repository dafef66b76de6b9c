import { fencingToken } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { type EntryDraft, verifyLedger } from '../src/index.ts'
import { forgeLog, genesis } from './forged-log.ts'
import { ACTORS, ORIGIN, deploy, ledgerKey, release, verdict } from './log-fixture.ts'

const key = ledgerKey()
const token = fencingToken

const lease = (data: EntryDraft['data'] = {}): EntryDraft => ({
  kind: 'lease.acquired',
  actors: ACTORS,
  data: { region: 'eu', holder: 'ada', ttlMs: 1_000, takesOver: null, ...data },
})
const takeover = (of: number, change: object = {}) =>
  lease({
    holder: 'bob',
    takesOver: { token: of, why: 'broken', reason: 'ada is gone', watchedMs: 0, ...change },
  })
const giveBack = (fence: number): EntryDraft => ({
  kind: 'lease.released',
  fence: token(fence),
  actors: ACTORS,
  data: {},
})
const renewal = (fence: number): EntryDraft => ({ ...giveBack(fence), kind: 'lease.renewed' })
const broken = (of: number, reason = 'ada is gone'): EntryDraft => ({
  kind: 'lease.broken',
  actors: ACTORS,
  data: { token: of, reason },
})
const note = (about: number): EntryDraft => ({
  kind: 'annotation',
  actors: ACTORS,
  data: { about, text: 'seen' },
})
const start = (fence: number, about = release()) =>
  deploy('deploy.started', token(fence), {}, about)
const step = (fence: number, about = release()) => deploy('deploy.step', token(fence), {}, about)
const batch = (fence: number, wave: number, direction = 'forward') =>
  deploy('deploy.step', token(fence), { step: 'batch-intended', wave, direction })
const attested = (digit: string, about = release(), outcome = 'PASS'): EntryDraft => ({
  ...verdict(about),
  data: { outcome, attestation: `sha256:${digit.repeat(64)}` },
})
/** A start that rests on an attestation, or on none. */
const resting = (fence: number, digit: string | null, about = release()) =>
  deploy(
    'deploy.started',
    token(fence),
    { attestation: digit === null ? null : `sha256:${digit.repeat(64)}` },
    about,
  )
const resumed = (fence: number, of: number): EntryDraft => ({
  ...deploy('deploy.step', token(fence), { of }),
  kind: 'deploy.resumed',
})
const back = (fence: number) => deploy('rollback.started', token(fence))
const finish = (fence: number, result: unknown = 'released') =>
  deploy('deploy.finished', token(fence), { result })
const refused: EntryDraft = { kind: 'deploy.refused', actors: ACTORS, data: {} }
const without = ({ fence: _fence, ...draft }: EntryDraft): EntryDraft => draft
const bare = { ...release(), artifacts: [] }
const more = { ...release(), artifacts: [...release().artifacts, ...release('b').artifacts] }

/** What the verifier says of a log of these entries after genesis, which is entry 0. */
async function illegal(drafts: readonly EntryDraft[]): Promise<readonly number[]> {
  const { findings } = await verifyLedger({
    entries: await forgeLog(key.signer, [genesis, ...drafts]),
    trust: { keys: [key.key] },
    origin: ORIGIN,
    environment: 'production',
  })
  expect(findings.every((finding) => finding.code === 'ledger/illegal-step')).toBe(true)
  return findings.map((finding) => Number(finding.subject.replace('entry ', '')))
}

// Entry 1 is the verdict and entry 2 the lease wherever both come first: the token is 2.
const ready = [verdict(), lease()]

describe('an order of events that is refused, and a twin that is not', () => {
  it.each<readonly [string, readonly EntryDraft[], readonly EntryDraft[]]>([
    ['a deploy without a lease', [verdict(), without(start(2))], [...ready, start(2)]],
    ['a deploy under a token that never was', [...ready, start(1)], [...ready, start(2)]],
    [
      'a deploy under a lease given back',
      [...ready, giveBack(2), start(2)],
      [...ready, start(2), giveBack(2)],
    ],
    [
      'a deploy under a lease taken over',
      [...ready, takeover(2), start(2)],
      [...ready, takeover(2), start(3)],
    ],
    ['a deploy without a verdict', [refused, lease(), start(2)], [...ready, start(2)]],
    [
      'a deploy of what was blocked',
      [verdict(release(), 'BLOCK'), lease(), start(2)],
      [...ready, start(2)],
    ],
    [
      'a deploy of what was blocked in mode enforce',
      [{ ...verdict(), data: { outcome: 'BLOCK', mode: 'enforce' } }, lease(), start(2)],
      [{ ...verdict(), data: { outcome: 'BLOCK', mode: 'observe' } }, lease(), start(2)],
    ],
    [
      'a deploy of what was blocked later',
      [...ready, verdict(release(), 'BLOCK'), start(2)],
      [verdict(release(), 'BLOCK'), lease(), verdict(), start(2)],
    ],
    [
      'a deploy of another commit',
      [...ready, start(2, release('b'))],
      [verdict(release('b')), lease(), start(2, release('b'))],
    ],
    [
      'a deploy of other bytes of the same commit',
      [...ready, start(2, { ...release(), artifacts: release('b').artifacts })],
      [...ready, start(2)],
    ],
    [
      'a deploy of one artifact more than judged',
      [...ready, start(2, more)],
      [verdict(more), lease(), start(2, more)],
    ],
    ['a deploy of nothing', [verdict(bare), lease(), start(2, bare)], [...ready, start(2)]],
    [
      'a second deploy under way',
      [...ready, start(2), start(2)],
      [...ready, start(2), finish(2), start(2)],
    ],
    ['a step without a deploy', [...ready, step(2)], [...ready, start(2), step(2)]],
    [
      'a step of a finished deploy',
      [...ready, start(2), finish(2), step(2)],
      [...ready, start(2), step(2), finish(2)],
    ],
    [
      'a step without a token',
      [...ready, start(2), without(step(2))],
      [...ready, start(2), step(2)],
    ],
    [
      'a step of another release',
      [verdict(release('b')), lease(), start(2, release('b')), step(2)],
      [...ready, start(2), step(2)],
    ],
    [
      'a step after a takeover',
      [...ready, start(2), takeover(2), step(2)],
      [...ready, start(2), step(2), takeover(2)],
    ],
    ['an end without a deploy', [...ready, finish(2)], [...ready, start(2), finish(2)]],
    [
      'an end of an unknown kind',
      [...ready, start(2), finish(2, 'fine')],
      [...ready, start(2), finish(2, 'stopped')],
    ],
    [
      'success of what is being rolled back',
      [...ready, start(2), back(2), finish(2)],
      [...ready, start(2), back(2), finish(2, 'rolled-back')],
    ],
    [
      'a deploy that rests on another attestation than the verdict',
      [attested('1'), lease(), resting(2, '2')],
      [attested('1'), lease(), resting(2, '1')],
    ],
    [
      'a deploy that rests on the attestation of another commit',
      [attested('1'), attested('2', release('b')), lease(), resting(3, '2')],
      [attested('1'), attested('2', release('b')), lease(), resting(3, '1')],
    ],
    [
      'a deploy that rests on an attestation from before a BLOCK',
      [attested('1'), attested('2', release(), 'BLOCK'), attested('3'), lease(), resting(4, '1')],
      [attested('1'), attested('2'), attested('3'), lease(), resting(4, '1')],
    ],
    [
      'a deploy that rests on nothing, of what was never good',
      [attested('1'), lease(), resting(2, null)],
      [attested('1'), lease(), resting(2, '1'), finish(2), resting(2, null)],
    ],
    [
      'a deploy that does not say what it rests on',
      [attested('1'), lease(), start(2)],
      // Entries of a gate that attests nothing, or from before it did.
      [verdict(), lease(), start(2)],
    ],
    [
      'a step of an earlier wave after a later one',
      [...ready, start(2), batch(2, 0), batch(2, 2), batch(2, 1)],
      [...ready, start(2), batch(2, 0), batch(2, 1), batch(2, 1), step(2), batch(2, 2)],
    ],
    [
      'a step of an earlier wave, under one lease; another plan counts anew',
      [...ready, start(2), batch(2, 1), takeover(2), resumed(5, 2), batch(5, 1), batch(5, 0)],
      [...ready, start(2), batch(2, 1), takeover(2), resumed(5, 2), batch(5, 0), batch(5, 1)],
    ],
    [
      'a step back before a rollback was started',
      [...ready, start(2), batch(2, 1), batch(2, 1, 'back')],
      [...ready, start(2), batch(2, 1), back(2), batch(2, 1, 'back'), batch(2, 0, 'back')],
    ],
    [
      'a step forward after a rollback was started',
      [...ready, start(2), batch(2, 0), back(2), batch(2, 1)],
      [...ready, start(2), batch(2, 0), batch(2, 1), back(2)],
    ],
    [
      'a step sideways',
      [...ready, start(2), batch(2, 0, 'sideways')],
      [...ready, start(2), batch(2, 0)],
    ],
    [
      'a rollout in a region where an older one goes on under a smaller lease',
      [
        verdict(),
        lease({ region: 'eu+us' }),
        start(2),
        broken(2),
        lease(),
        lease({ region: 'us' }),
        resumed(5, 2),
        start(6),
      ],
      [
        verdict(),
        lease({ region: 'eu+us' }),
        start(2),
        broken(2),
        lease(),
        lease({ region: 'us' }),
        resumed(5, 2),
        finish(5),
        start(6),
      ],
    ],
    [
      'a rollout resumed while it goes on already',
      [...ready, start(2), takeover(2), resumed(4, 2), resumed(4, 2)],
      [...ready, start(2), takeover(2), resumed(4, 2), step(4)],
    ],
    [
      'a rollback of a finished deploy',
      [...ready, start(2), finish(2), back(2)],
      [...ready, start(2), back(2), finish(2, 'rolled-back')],
    ],
    ['a rollback without a deploy', [...ready, back(2)], [...ready, start(2), back(2)]],
    ['two leases of one region', [lease(), lease()], [lease(), lease({ region: 'us' })]],
    [
      'a lease inside another',
      [lease({ region: 'eu+us' }), lease({ region: 'us' })],
      [lease({ region: 'eu+us' }), lease({ region: 'asia' })],
    ],
    ['a lease with a token', [{ ...lease(), fence: token(1) }], [lease()]],
    ['a lease without a term', [lease({ ttlMs: -1 })], [lease({ ttlMs: 0 })]],
    ['a takeover of a lease that is not there', [takeover(1)], [lease(), takeover(1)]],
    [
      'a takeover of another lease',
      [lease(), giveBack(1), lease(), takeover(1)],
      [lease(), giveBack(1), lease(), takeover(3)],
    ],
    [
      'a takeover without a reason',
      [lease(), takeover(1, { reason: ' ' })],
      [lease(), takeover(1)],
    ],
    [
      'an expiry that was not waited for',
      [lease(), takeover(1, { why: 'expired', watchedMs: 999 })],
      [lease(), takeover(1, { why: 'expired', watchedMs: 1_000 })],
    ],
    [
      'an expiry of a stuck lease',
      [
        ...ready,
        start(2),
        back(2),
        finish(2, 'stuck'),
        takeover(2, { why: 'expired', watchedMs: 1e6 }),
      ],
      [...ready, start(2), back(2), finish(2, 'stuck'), takeover(2)],
    ],
    [
      'a stuck lease given back',
      [...ready, start(2), finish(2, 'stuck'), giveBack(2)],
      [...ready, start(2), finish(2, 'rolled-back'), giveBack(2)],
    ],
    [
      'a renewal of a lease that is not live',
      [lease(), giveBack(1), renewal(1)],
      [lease(), renewal(1)],
    ],
    [
      'a break of a lease that is not live',
      [lease(), giveBack(1), broken(1)],
      [lease(), broken(1)],
    ],
    ['a break without a reason', [lease(), broken(1, ' ')], [lease(), broken(1)]],
    ['a break by nobody', [lease(), { ...broken(1), actors: [] }], [lease(), broken(1)]],
    [
      'a deploy under a lease that was broken',
      [...ready, broken(2), start(2)],
      [...ready, start(2), broken(2)],
    ],
    ['a note about what is not on record yet', [lease(), note(2)], [lease(), note(1)]],
    ['a lease given back twice', [lease(), giveBack(1), giveBack(1)], [lease(), giveBack(1)]],
    [
      'a verdict without a commit',
      [{ kind: 'gate.verdict', actors: ACTORS, data: { outcome: 'PASS' } }],
      [verdict()],
    ],
    [
      'a verdict that is neither PASS nor BLOCK',
      [verdict(release(), 'ERROR')],
      [verdict(release(), 'BLOCK')],
    ],
  ])('%s', async (_name, wrong, right) => {
    expect(await illegal(wrong)).toEqual([wrong.length])
    expect(await illegal(right)).toEqual([])
  })

  it('what is illegal changes nothing for what comes after', async () => {
    expect(
      await illegal([...ready, lease({ holder: 'eve' }), start(3), start(2), finish(2)]),
    ).toEqual([3, 4])
  })

  it('leases of different regions deploy beside each other', async () => {
    expect(
      await illegal([
        verdict(),
        lease(),
        lease({ region: 'us' }),
        start(2),
        start(3),
        finish(3),
        step(2),
        finish(2),
      ]),
    ).toEqual([])
  })
})
