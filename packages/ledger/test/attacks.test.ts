import type { Signer } from '@bulkhead/envelope'
import { sha256 } from '@bulkhead/envelope'
import { fencingToken } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import {
  type AuditChecks,
  type AuditRequest,
  type LogSource,
  auditChecks,
  auditLog,
} from '../src/audit/audit-log.ts'
import type { VerifierPolicy } from '../src/audit/verifier-policy.ts'
import type { StoredEntry } from '../src/index.ts'
import { type SignedCheckpoint, openCheckpoint, sealCheckpoint } from '../src/tlog/checkpoint.ts'
import { cosign } from '../src/tlog/cosignature.ts'
import { GrowingTree } from '../src/tlog/growing-tree.ts'
import { hashLeaf } from '../src/tlog/merkle-hash.ts'
import { noteKey } from '../src/tlog/note-key.ts'
import { writeNote } from '../src/tlog/signed-note.ts'
import { tilePath } from '../src/tlog/tiles.ts'
import { type Forgery, forgeLog, genesis } from './forged-log.ts'
import {
  ACTORS,
  type LedgerKey,
  ORIGIN,
  deploy,
  ledgerKey,
  release,
  verdict,
} from './log-fixture.ts'

const [ledger, second, stranger] = [
  ledgerKey('ledger.pub'),
  ledgerKey('second.pub'),
  ledgerKey('eve'),
]
const witnesses = ['w1', 'w2', 'w3'].map((name) => {
  const pair = ledgerKey(name)
  return { ...pair, key: noteKey(`example.net/${name}`, pair.key.publicKey, 'cosignature') }
})
const NOW = Date.UTC(2026, 0, 31, 12, 15)
const HOUR = 3_600_000

const policy = (more: Partial<VerifierPolicy> = {}): VerifierPolicy => ({
  origin: ORIGIN,
  environment: 'production',
  logKeys: [ledger.key, second.key],
  witnesses: witnesses.map(({ key }) => key),
  quorum: 0,
  roles: {},
  clockSkewMs: 120_000,
  ...more,
})

const refused = (n: number): Forgery => ({ kind: 'deploy.refused', actors: ACTORS, data: { n } })
const plain = (count: number): readonly Forgery[] => [
  genesis,
  ...Array.from({ length: count - 1 }, (_, n) => refused(n)),
]

interface ForgedLog extends LogSource {
  readonly entries: readonly StoredEntry[]
  readonly files: Map<string, Buffer>
  readonly checkpoint: SignedCheckpoint
}

/** A log with right tiles and checkpoint over whatever its entries are: by somebody with the key. */
async function logOf(entries: readonly StoredEntry[], by: LedgerKey = ledger): Promise<ForgedLog> {
  const tree = new GrowingTree()
  const files = new Map<string, Buffer>()
  for (const { bytes } of entries) {
    for (const { name, bytes: tile } of tree.append(hashLeaf(bytes)))
      files.set(tilePath(name), tile)
  }
  for (const { name, bytes } of tree.edge()) files.set(tilePath(name), bytes)
  const key = noteKey(ORIGIN, by.key.publicKey)
  const head = { origin: ORIGIN, size: tree.size, root: tree.root }
  const note = await sealCheckpoint(head, key, by.signer)
  files.set('checkpoint', Buffer.from(note))
  const opened = openCheckpoint(note, ORIGIN, [key])
  if (opened.kind === 'refused') throw new Error(opened.reason)
  return {
    entries,
    files,
    checkpoint: opened.checkpoint,
    async *read(from) {
      for (const entry of entries) if (entry.index >= from) yield entry
    },
    readFile: (path) => Promise.resolve(files.get(path)),
  }
}

const forged = async (drafts: readonly Forgery[], signer: Signer = ledger.signer) =>
  logOf(await forgeLog(signer, drafts))

/** The checkpoint with a line of each of the first `count` witnesses. */
async function cosigned(log: ForgedLog, count: number, at = NOW): Promise<SignedCheckpoint> {
  const { note } = log.checkpoint
  const lines = await Promise.all(
    witnesses
      .slice(0, count)
      .map(({ key, signer }) => cosign(note, key, Math.floor(at / 1_000), signer)),
  )
  return { ...log.checkpoint, note: { ...note, signatures: [...note.signatures, ...lines] } }
}

type Case = Partial<AuditRequest> & { readonly log: LogSource }

/** The codes of all findings of an audit, by all checks but those left out. */
async function audit(request: Case, without: readonly string[] = []): Promise<readonly string[]> {
  const whole = { policy: policy(), now: NOW, ...request }
  const checks: AuditChecks = auditChecks(whole)
  const stays = ({ name }: { readonly name: string }) => !without.includes(name)
  for (const name of without) {
    expect([...checks.entry, ...checks.log].map((check) => check.name)).toContain(name)
  }
  const judgements = auditLog(whole, {
    entry: checks.entry.filter(stays),
    log: checks.log.filter(stays),
  })
  const codes: string[] = []
  for (;;) {
    const next = await judgements.next()
    const said = next.done ? [next.value] : next.value
    codes.push(...said.flatMap(({ findings }) => findings.map(({ code }) => code)))
    if (next.done) return [...new Set(codes)]
  }
}

interface Attack {
  /** The one check that a verifier has to leave out to be deceived. */
  readonly check: string
  readonly code: string
  readonly attack: () => Promise<Case>
  /** The same without the attack. */
  readonly honest: () => Promise<Case>
}

const remembering = async (count: number) => (await forged(plain(count))).checkpoint
const kept = (all: ForgedLog, size: number) => logOf(all.entries.slice(0, size))

const leaseData = { region: 'eu', holder: 'ada', ttlMs: 60_000, takesOver: null }
const rollout = (outcome: string): readonly Forgery[] => [
  genesis,
  verdict(release(), outcome),
  { kind: 'lease.acquired', actors: ACTORS, data: leaseData },
  deploy('deploy.started', fencingToken(2)),
]

const revocation = (last: Forgery): readonly Forgery[] => [
  ...plain(2),
  { kind: 'key.revoked', actors: ACTORS, data: { key: second.key.id } },
  last,
]

const rotation = (old: LedgerKey, next: LedgerKey, name = 'next.pub'): Forgery => ({
  kind: 'key.rotated',
  actors: ACTORS,
  data: { old: old.key.id, name, publicKey: next.pem.publicKey },
})

/** The second key asks for it; the key that is not replaced goes on. */
const rotated = async (old: LedgerKey) => {
  const goesOn = old === ledger ? second : ledger
  const drafts = [
    ...plain(2),
    { ...rotation(old, stranger), signedBy: second.signer },
    { ...refused(3), signedBy: goesOn.signer },
  ]
  return logOf(await forgeLog(ledger.signer, drafts), goesOn)
}

/** A remembered checkpoint must be of the very same log: entries are sealed anew each time, with the same bytes. */
const ATTACKS: Readonly<Record<string, Attack>> = {
  'the tail is cut off, and the checkpoint signed anew': {
    check: 'remembered',
    code: 'ledger/rewritten',
    attack: async () => ({
      log: await kept(await forged(plain(9)), 6),
      from: await remembering(9),
    }),
    honest: async () => ({ log: await forged(plain(9)), from: await remembering(6) }),
  },
  'everything but the genesis is cut off': {
    check: 'remembered',
    code: 'ledger/rewritten',
    attack: async () => ({
      log: await kept(await forged(plain(9)), 1),
      from: await remembering(9),
    }),
    honest: async () => ({ log: await forged(plain(9)), from: await remembering(1) }),
  },
  'the tail is cut off, as witnesses have seen it': {
    check: 'witnessed',
    code: 'ledger/rewritten',
    attack: async () => ({
      log: await kept(await forged(plain(9)), 6),
      witnessed: await cosigned(await forged(plain(9)), 2),
      policy: policy({ quorum: 2 }),
    }),
    honest: async () => ({
      log: await forged(plain(9)),
      witnessed: await cosigned(await kept(await forged(plain(9)), 6), 2),
      policy: policy({ quorum: 2 }),
    }),
  },
  'another branch of the same size is shown': {
    check: 'remembered',
    code: 'ledger/rewritten',
    attack: async () => ({
      log: await forged([...plain(8), refused(99)]),
      from: (await forged([...plain(8), refused(98)])).checkpoint,
    }),
    honest: async () => ({
      log: await forged([...plain(8), refused(99)]),
      from: (await forged([...plain(8), refused(99)])).checkpoint,
    }),
  },
  'another branch than the witnesses saw is shown': {
    check: 'witnessed',
    code: 'ledger/rewritten',
    attack: async () => ({
      log: await forged([...plain(8), refused(99)]),
      witnessed: await cosigned(await forged([...plain(8), refused(98)]), 3),
    }),
    honest: async () => {
      const log = await forged([...plain(8), refused(99)])
      return { log, witnessed: await cosigned(log, 3) }
    },
  },
  'an entry of another repository is put in': {
    check: 'origin',
    code: 'ledger/wrong-origin',
    attack: async () => ({
      log: await forged([...plain(3), { ...refused(3), lies: { origin: 'bulkhead.dev/other' } }]),
    }),
    honest: async () => ({ log: await forged(plain(4)) }),
  },
  'an entry of another environment is put in': {
    check: 'origin',
    code: 'ledger/wrong-origin',
    attack: async () => ({
      log: await forged([...plain(3), { ...refused(3), lies: { environment: 'staging' } }]),
    }),
    honest: async () => ({ log: await forged(plain(4)) }),
  },
  'an entry says that it stands elsewhere': {
    check: 'index',
    code: 'ledger/broken-chain',
    attack: async () => ({
      log: await forged([...plain(3), { ...refused(3), lies: { index: 9 } }]),
    }),
    honest: async () => ({ log: await forged(plain(4)) }),
  },
  'an entry follows another than the one before it': {
    check: 'previous',
    code: 'ledger/broken-chain',
    attack: async () => ({
      log: await forged([...plain(3), { ...refused(3), lies: { previous: sha256('other') } }]),
    }),
    honest: async () => ({ log: await forged(plain(4)) }),
  },
  'a key of another role signs a verdict': {
    check: 'role',
    code: 'ledger/wrong-role',
    attack: async () => ({
      log: await forged([...plain(2), { ...verdict(), signedBy: second.signer }]),
      policy: policy({ roles: { 'gate.verdict': ['ledger.pub'] } }),
    }),
    honest: async () => ({
      log: await forged([...plain(2), verdict(), { ...refused(1), signedBy: second.signer }]),
      policy: policy({ roles: { 'gate.verdict': ['ledger.pub'] } }),
    }),
  },
  'a deploy is recorded that a BLOCK verdict forbids': {
    check: 'step',
    code: 'ledger/illegal-step',
    attack: async () => ({ log: await forged(rollout('BLOCK')) }),
    honest: async () => ({ log: await forged(rollout('PASS')) }),
  },
  'an entry is dated an hour before the one it follows': {
    check: 'date',
    code: 'ledger/broken-chain',
    attack: async () => ({
      log: await forged([
        ...plain(3),
        { ...refused(3), lies: { at: new Date(NOW - HOUR).toISOString() } },
      ]),
    }),
    honest: async () => ({ log: await forged(plain(4)) }),
  },
  'an entry is dated an hour ahead': {
    check: 'clock',
    code: 'ledger/wrong-clock',
    attack: async () => ({
      log: await forged([
        ...plain(3),
        { ...refused(3), lies: { at: new Date(NOW + HOUR).toISOString() } },
      ]),
    }),
    honest: async () => ({ log: await forged(plain(4)) }),
  },
  'a true but old view is shown: the log is silent': {
    check: 'heartbeat',
    code: 'ledger/silent',
    attack: async () => ({
      log: await forged(plain(4)),
      now: NOW + 2 * HOUR,
      policy: policy({ heartbeatMs: HOUR }),
    }),
    honest: async () => ({ log: await forged(plain(4)), policy: policy({ heartbeatMs: HOUR }) }),
  },
  'a true but old view is shown: its cosignatures are old': {
    check: 'fresh',
    code: 'ledger/stale-view',
    attack: async () => {
      const log = await forged(plain(4))
      const witnessed = await cosigned(log, 2, NOW - 2 * HOUR)
      return { log, witnessed, policy: policy({ quorum: 2, maxWitnessAgeMs: HOUR }) }
    },
    honest: async () => {
      const log = await forged(plain(4))
      const witnessed = await cosigned(log, 2, NOW - HOUR / 2)
      return { log, witnessed, policy: policy({ quorum: 2, maxWitnessAgeMs: HOUR }) }
    },
  },
  'a stolen key writes after it was revoked': {
    check: 'revocation',
    code: 'ledger/revoked-key',
    attack: async () => ({
      log: await forged(revocation({ ...refused(3), signedBy: second.signer })),
    }),
    honest: async () => ({ log: await forged(revocation(refused(3))) }),
  },
  'a stolen key writes after it was revoked, with the date of the moment before': {
    check: 'revocation',
    code: 'ledger/revoked-key',
    attack: async () => ({
      log: await forged(
        revocation({
          ...refused(3),
          signedBy: second.signer,
          lies: { at: new Date(Date.UTC(2026, 0, 31, 12, 0, 2)).toISOString() },
        }),
      ),
    }),
    honest: async () => ({
      log: await forged([...plain(2), { ...refused(2), signedBy: second.signer }]),
    }),
  },
  'a revoked key signs a checkpoint': {
    check: 'checkpoint-signed',
    code: 'ledger/revoked-key',
    attack: async () => ({
      log: await logOf(await forgeLog(ledger.signer, revocation(refused(3))), second),
    }),
    honest: async () => ({
      // Its last one may be of the very entry that ends it.
      log: await logOf((await forgeLog(ledger.signer, revocation(refused(3)))).slice(0, 3), second),
    }),
  },
  'a key of the log replaces that of a colleague by one of its own': {
    check: 'keys',
    code: 'ledger/illegal-step',
    attack: async () => ({ log: await rotated(ledger) }),
    honest: async () => ({ log: await rotated(second) }),
  },
  'the whole log is another, with another genesis': {
    check: 'genesis',
    code: 'ledger/wrong-genesis',
    attack: async () => ({
      log: await forged([{ ...genesis, data: { by: 'eve' } }, ...plain(4).slice(1)]),
      policy: policy({ genesis: await genesisDigest() }),
    }),
    honest: async () => ({
      log: await forged(plain(4)),
      policy: policy({ genesis: await genesisDigest() }),
    }),
  },
  'one witness too few has cosigned': {
    check: 'quorum',
    code: 'ledger/no-quorum',
    attack: async () => {
      const log = await forged(plain(4))
      return { log, witnessed: await cosigned(log, 1), policy: policy({ quorum: 2 }) }
    },
    honest: async () => {
      const log = await forged(plain(4))
      return { log, witnessed: await cosigned(log, 2), policy: policy({ quorum: 2 }) }
    },
  },
  'one witness speaks twice, and once from the future for another': {
    check: 'quorum',
    code: 'ledger/no-quorum',
    attack: async () => {
      const log = await forged(plain(4))
      const one = await cosigned(log, 1)
      const twice = [...one.note.signatures, ...one.note.signatures.slice(1)]
      const witnessed = { ...one, note: { ...one.note, signatures: twice } }
      return { log, witnessed, policy: policy({ quorum: 2 }) }
    },
    honest: async () => {
      const log = await forged(plain(4))
      return { log, witnessed: await cosigned(log, 3), policy: policy({ quorum: 2 }) }
    },
  },
  'cosignatures are dated an hour ahead, to look fresh for longer': {
    check: 'quorum',
    code: 'ledger/no-quorum',
    attack: async () => {
      const log = await forged(plain(4))
      return { log, witnessed: await cosigned(log, 2, NOW + HOUR), policy: policy({ quorum: 2 }) }
    },
    honest: async () => {
      const log = await forged(plain(4))
      return { log, witnessed: await cosigned(log, 2), policy: policy({ quorum: 2 }) }
    },
  },
  'the checkpoint is by a stranger': {
    check: 'checkpoint-signed',
    code: 'ledger/bad-checkpoint',
    attack: async () => ({ log: await logOf(await forgeLog(ledger.signer, plain(4)), stranger) }),
    honest: async () => ({ log: await logOf(await forgeLog(ledger.signer, plain(4)), second) }),
  },
  'the checkpoint is gone': {
    check: 'checkpoint-signed',
    code: 'ledger/no-checkpoint',
    attack: async () => {
      const log = await forged(plain(4))
      log.files.delete('checkpoint')
      return { log }
    },
    honest: async () => ({ log: await forged(plain(4)) }),
  },
  'the checkpoint is signed for another tree': {
    check: 'checkpoint-matches',
    code: 'ledger/bad-checkpoint',
    attack: async () => {
      const log = await forged(plain(4))
      log.files.set(
        'checkpoint',
        Buffer.from(writeNote((await forged([...plain(3), refused(9)])).checkpoint.note)),
      )
      return { log }
    },
    honest: async () => ({ log: await forged(plain(4)) }),
  },
  'a tile says other than the entries, so that proofs made from it fail': {
    check: 'tiles',
    code: 'ledger/bad-tile',
    attack: async () => {
      const log = await forged(plain(4))
      log.files.set('tile/0/000.p/4', Buffer.alloc(128))
      return { log }
    },
    honest: async () => ({ log: await forged(plain(4)) }),
  },
}

async function genesisDigest() {
  const [first] = await forgeLog(ledger.signer, plain(1))
  return sha256(first?.bytes ?? '')
}

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
      rotation(second, ledger),
    ]) {
      const log = await forged([...plain(2), { ...wrong, signedBy: second.signer }])
      expect(await audit({ log })).toEqual(['ledger/illegal-step'])
    }
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
      'ledger/revoked-key',
      'ledger/illegal-step',
    ])
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
