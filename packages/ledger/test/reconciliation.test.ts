import { InputError, commitId, digest, fencingToken } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { verifyLedger } from '../src/index.ts'
import { Reconciliation, parseSnapshot } from '../src/read/reconciliation.ts'
import type { Reservations } from '../src/read/reservations.ts'
import { type Forgery, forgeLog, genesis } from './forged-log.ts'
import { ACTORS, ORIGIN, deploy, ledgerKey, release, verdict } from './log-fixture.ts'

const key = ledgerKey()
const [a, b, c] = ['a', 'b', 'c'].map((digit) => release(digit))
if (a === undefined || b === undefined || c === undefined) throw new Error('no releases')

const lease = (region: string): Forgery => ({
  kind: 'lease.acquired',
  actors: ACTORS,
  data: { region, holder: 'ada', ttlMs: 1_000, takesOver: null },
})
const given = (fence: number): Forgery => ({
  kind: 'lease.released',
  fence: fencingToken(fence),
  actors: ACTORS,
  data: {},
})
const start = (fence: number, about = a) => deploy('deploy.started', fencingToken(fence), {}, about)
const finish = (fence: number, about = a, result = 'released') =>
  deploy('deploy.finished', fencingToken(fence), { result }, about)

/** Release `a` in eu and us, by entries 4 to 11. */
const shipped: readonly Forgery[] = [
  genesis,
  verdict(a),
  verdict(b),
  lease('eu'),
  start(3),
  finish(3),
  given(3),
  lease('us'),
  start(7),
  finish(7),
  given(7),
]
const under = lease('eu')

async function strays(
  drafts: readonly Forgery[],
  units: readonly (readonly [string, string, string?])[],
  reservations: Reservations = { voided: [], corrected: [] },
): Promise<readonly string[]> {
  const entries = await forgeLog(key.signer, drafts)
  const trust = { keys: [key.key] }
  const verified = await verifyLedger({ entries, trust, origin: ORIGIN, environment: 'production' })
  expect(verified.findings).toEqual([])
  const reconciliation = new Reconciliation()
  for (const entry of verified.entries) reconciliation.take(entry)
  const seen = units.map(([region, digit, artifact], nth) => ({
    id: `${region}-${nth}`,
    region,
    commit: commitId(digit.repeat(40)),
    ...(artifact !== undefined && { artifact: digest(`sha256:${artifact.repeat(64)}`) }),
  }))
  const findings = reconciliation.judge({ environment: 'production', units: seen }, reservations)
  expect(findings.every(({ code }) => code === 'ledger/unrecorded-deploy')).toBe(true)
  return findings.map(({ subject }) => subject)
}

describe('a deploy that went past the ledger', () => {
  it('is one that only entries of a revoked key tell, for those do not count', async () => {
    const again = [...shipped, lease('eu'), start(11, b), finish(11, b)]
    const running = [
      ['eu', 'b'],
      ['us', 'a'],
    ] as const
    expect(await strays(again, running)).toEqual([])
    const taken = { from: 12, by: 15, acknowledgedBy: 16, more: false }
    const voided = [{ ...taken, indexes: [12, 13] }]
    expect(await strays(again, running, { voided, corrected: [] })).toEqual(['eu-0'])
    const before = [['eu', 'a']] as const
    expect(await strays(again, before, { voided, corrected: [] })).toEqual([])
    expect(await strays(again, before)).toEqual(['eu-0'])
  })

  it('is nothing that a verifier of the log alone can see, and is seen where it runs', async () => {
    // The log of both is the same, and verifies.
    expect(
      await strays(shipped, [
        ['eu', 'a'],
        ['us', 'a'],
      ]),
    ).toEqual([])
    expect(
      await strays(shipped, [
        ['eu', 'c'],
        ['us', 'a'],
      ]),
    ).toEqual(['eu-0'])
  })

  it('is seen in the region where no entry put it', async () => {
    const ahead = [...shipped, under, start(11, b)]
    expect(
      await strays(ahead, [
        ['eu', 'b'],
        ['eu', 'a'],
        ['us', 'a'],
      ]),
    ).toEqual([])
    expect(
      await strays(ahead, [
        ['us', 'b'],
        ['asia', 'a'],
      ]),
    ).toEqual(['us-0', 'asia-1'])
  })

  it('is seen by its bytes, where the snapshot has them', async () => {
    expect(await strays(shipped, [['eu', 'a', 'a']])).toEqual([])
    expect(await strays(shipped, [['eu', 'a', 'f']])).toEqual(['eu-0'])
  })

  it('may be of what was there before, or was taken back', async () => {
    const replaced = [...shipped, under, start(11, b), finish(11, b)]
    expect(
      await strays(replaced, [
        ['eu', 'b'],
        ['us', 'a'],
      ]),
    ).toEqual([])
    expect(await strays(replaced, [['eu', 'a']])).toEqual(['eu-0'])
    const back = deploy('rollback.started', fencingToken(11), {}, b)
    const undone = [...shipped, under, start(11, b), back, finish(11, b, 'rolled-back')]
    expect(await strays(undone, [['eu', 'a']])).toEqual([])
    expect(await strays(undone, [['eu', 'b']])).toEqual(['eu-0'])
  })

  it('is not what a rollout left mixed that stopped', async () => {
    const stopped = [...shipped, under, start(11, b), finish(11, b, 'stopped')]
    expect(
      await strays(stopped, [
        ['eu', 'a'],
        ['eu', 'b'],
      ]),
    ).toEqual([])
    expect(await strays(stopped, [['eu', 'c']])).toEqual(['eu-0'])
  })
})

describe('a snapshot', () => {
  const commit = 'a'.repeat(40)
  const whole = {
    version: 1,
    environment: 'production',
    units: [{ id: 'x', region: 'eu', commit }],
  }

  it('is read strictly', () => {
    const read = parseSnapshot(Buffer.from(JSON.stringify(whole)), 'seen.json')
    expect(read).toMatchObject({ environment: 'production', units: [{ commit }] })
  })

  it.each([
    ['no JSON', 'x'],
    ['another version', JSON.stringify({ ...whole, version: 2 })],
    ['a unit without a commit', JSON.stringify({ ...whole, units: [{ id: 'x', region: 'eu' }] })],
    [
      'a unit that says more',
      JSON.stringify({ ...whole, units: [{ ...whole.units[0], more: 1 }] }),
    ],
    ['two answers', `{"version":1,"environment":"a","environment":"production","units":[]}`],
  ])('is refused, named, when it has %s', (_name, text) => {
    const read = () => parseSnapshot(Buffer.from(text), 'seen.json')
    expect(read).toThrow(InputError)
    expect(read).toThrow(/seen\.json|no snapshot/)
  })
})
