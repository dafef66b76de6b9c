import { describe, expect, it } from 'vitest'
import { type AuditEnd, auditLog } from '../src/audit/audit-log.ts'
import { judgeEntryProof, proveEntry } from '../src/audit/entry-proof.ts'
import { withKeysOf } from '../src/audit/known-keys.ts'
import { parseVerifierPolicy, writeVerifierPolicy } from '../src/audit/verifier-policy.ts'
import {
  type Case,
  NOW,
  forged,
  kept,
  ledger,
  logOf,
  plain,
  policy,
  refused,
  rotation,
  second,
  stranger,
} from './attack-corpus.ts'
import { codesOf as audit } from './audit-codes.ts'
import type { Forgery } from './forged-log.ts'
import { ACTORS, type LedgerKey, ledgerKey, verdict } from './log-fixture.ts'

const third = ledgerKey('third.pub')
const three = policy({ logKeys: [ledger.key, second.key, third.key] })

const by = (key: LedgerKey, entry: Forgery): Forgery => ({ ...entry, signedBy: key.signer })
const revoked = ({ key }: LedgerKey, from: number): Forgery => ({
  kind: 'key.revoked',
  actors: ACTORS,
  data: { key: key.id, from },
})
const acknowledged = (revocation: number): Forgery => ({
  kind: 'key.acknowledged',
  actors: ACTORS,
  data: { revocation, reason: 'all of them were drills' },
})
const subjects = (findings: readonly { readonly subject: string }[]) =>
  findings.map(({ subject }) => subject)

async function endOf(request: Case): Promise<AuditEnd> {
  const judgements = auditLog({ policy: policy(), now: NOW, ...request })
  for (;;) {
    const next = await judgements.next()
    if (next.done) return next.value
  }
}

describe('a thief hands the stolen key on to one of his own, before it is revoked from the theft on', () => {
  const handedOn: readonly Forgery[] = [
    ...plain(2),
    by(second, rotation(second, stranger)),
    by(stranger, refused(3)),
  ]
  const heir = ledgerKey('heir')

  it('whose entries count as little', async () => {
    const log = await forged([...handedOn, revoked(second, 2)])
    const { findings, acknowledged: seen } = await endOf({ log })
    expect(subjects(findings)).toEqual(['entry 2', 'entry 3'])
    expect(seen).toEqual([])
    const known = await endOf({
      log: await forged([...handedOn, revoked(second, 2), acknowledged(4)]),
    })
    expect(known.findings).toEqual([])
    expect(subjects(known.acknowledged)).toEqual(['entry 2', 'entry 3'])
  })

  it('which signs nothing more: no verdict, and not that somebody has looked at it', async () => {
    for (const next of [verdict(), acknowledged(4)]) {
      const log = await forged([...handedOn, revoked(second, 2), by(stranger, next)])
      expect(await audit({ log })).toContain('ledger/revoked-key')
    }
    const known = [...handedOn, revoked(second, 2), acknowledged(4)]
    expect(await audit({ log: await forged(known) })).toEqual([])
    expect(await audit({ log: await forged([...known, by(stranger, verdict())]) })).toEqual([
      'ledger/revoked-key',
    ])
  })

  it('however often', async () => {
    const on = [...handedOn, by(stranger, rotation(stranger, heir, 'heir')), by(heir, refused(5))]
    const log = await forged([...on, revoked(second, 2), acknowledged(6), by(heir, verdict())])
    expect(await audit({ log })).toEqual(['ledger/revoked-key'])
    const saved = await endOf({ log: await forged([...on, revoked(second, 2), acknowledged(6)]) })
    expect(subjects(saved.acknowledged)).toEqual(['entry 2', 'entry 3', 'entry 4', 'entry 5'])
  })

  it('also for who saw the theft without knowing, and reads only what is new', async () => {
    const log = await forged([
      ...handedOn,
      revoked(second, 2),
      acknowledged(4),
      by(stranger, verdict()),
    ])
    const begun = await kept(log, 4)
    const { memory } = await endOf({ log: begun })
    if (memory === undefined) throw new Error('nothing to keep')
    expect(await audit({ log, from: begun.checkpoint, memory })).toEqual(['ledger/revoked-key'])
  })

  it('and what somebody handed on before the theft stays', async () => {
    const log = await forged([...handedOn, revoked(second, 3), by(stranger, verdict())])
    expect(await audit({ log })).toEqual([])
  })

  it('which the caller knows: it loses the place of the other, and stays', async () => {
    const own = { ...three, roles: { 'gate.verdict': ['second.pub'] } }
    const handed = [...plain(2), by(second, rotation(second, third))]
    const judged = async (...more: readonly Forgery[]) =>
      audit({ log: await forged([...handed, ...more]), policy: own })
    const cut = [revoked(second, 2), acknowledged(3)]
    expect(await judged(by(third, verdict()))).toEqual([])
    expect(await judged(...cut, by(third, refused(5)))).toEqual([])
    expect(await judged(...cut, by(third, verdict()))).toEqual(['ledger/wrong-role'])
  })

  it('which does not doubt its own beginning: only another key ends it', async () => {
    const theirs = [...handedOn, by(stranger, revoked(second, 2)), by(stranger, acknowledged(4))]
    const { findings, acknowledged: seen } = await endOf({ log: await forged(theirs) })
    expect(findings).toEqual([])
    expect(subjects(seen)).toEqual(['entry 2'])
    const ended = await endOf({ log: await forged([...theirs, revoked(second, 2)]) })
    expect(subjects(ended.findings)).toEqual([
      'entry 2',
      'entry 2',
      'entry 3',
      'entry 4',
      'entry 5',
    ])
  })
})

describe('what a stolen key said before it was revoked from the theft on', () => {
  it('is no voice for a new key', async () => {
    const two = { ...three, keyThreshold: 2 }
    const asked = rotation(third, stranger)
    const stolen = [...plain(2), by(second, asked)]
    const heard = await forged([...stolen, asked, by(stranger, refused(4))])
    expect(await audit({ log: heard, policy: two })).toEqual([])
    const ended = [revoked(second, 2), by(third, revoked(second, 2)), acknowledged(4)]
    const log = await forged([...stolen, ...ended, asked, by(stranger, refused(7))])
    expect(await audit({ log, policy: two })).toEqual(['ledger/bad-signature'])
  })

  it('is no voice for a key that it helped to bring in before anybody knew', async () => {
    const asked = rotation(third, stranger)
    const ended = [revoked(second, 2), by(third, revoked(second, 2)), acknowledged(5)]
    const log = await forged([
      ...plain(2),
      by(second, asked),
      asked,
      ...ended,
      by(stranger, verdict()),
    ])
    expect(await audit({ log, policy: { ...three, keyThreshold: 2 } })).toContain(
      'ledger/revoked-key',
    )
  })

  it('acknowledges nothing', async () => {
    const log = await forged([
      ...plain(2),
      by(second, refused(2)),
      revoked(second, 2),
      by(third, acknowledged(3)),
      revoked(third, 4),
      acknowledged(5),
    ])
    const { findings, acknowledged: seen } = await endOf({ log, policy: three })
    expect(subjects(findings)).toEqual(['entry 2'])
    expect(subjects(seen)).toEqual(['entry 4'])
  })
})

describe('a policy made of a log that a theft was taken back in', () => {
  const drafts: readonly Forgery[] = [
    ...plain(2),
    by(second, refused(2)),
    by(second, rotation(second, stranger)),
    by(stranger, verdict()),
    revoked(second, 2),
    acknowledged(5),
    rotation(ledger, third, 'third.pub'),
    by(third, refused(8)),
  ]

  it('verifies that log, and believes no proof of what was taken back', async () => {
    const log = await forged(drafts)
    const all = await logOf(log.entries, third)
    const { memory, findings } = await endOf({ log: all })
    expect(findings).toEqual([])
    if (memory === undefined) throw new Error('nothing to keep')
    const grown = withKeysOf(policy(), memory.keys)
    expect(grown.logKeys.map(({ name }) => name)).toEqual(['ledger.pub', 'second.pub', 'third.pub'])
    const written = parseVerifierPolicy(Buffer.from(writeVerifierPolicy(grown)), 'verifier.json')
    expect(written).toMatchObject({ until: grown.until, voidFrom: { 'second.pub': 2 } })
    const end = await endOf({ log: all, policy: written })
    expect(end.findings).toEqual([])
    expect(subjects(end.acknowledged)).toEqual(['entry 2', 'entry 3', 'entry 4'])
    const proofs = await Promise.all(
      drafts.map(async (_, index) => {
        const made = await proveEntry(all, index, all.checkpoint)
        return made.kind === 'proven' ? judgeEntryProof(made.text, written, NOW).findings : []
      }),
    )
    expect(proofs.map((said) => said.map(({ code }) => code).join())).toEqual([
      '',
      '',
      'ledger/revoked-key',
      'ledger/revoked-key',
      'ledger/bad-signature',
      '',
      '',
      '',
      '',
    ])
  })
})

describe('a revocation', () => {
  it('from an entry that is still to come is refused: the key would go on until then', async () => {
    for (const [from, codes] of [
      [4, ['ledger/illegal-step']],
      [3, []],
    ] as const) {
      const log = await forged([...plain(2), revoked(second, from)])
      expect(await audit({ log })).toEqual(codes)
    }
  })
})
