import type { Signer } from '@bulkhead/envelope'
import { sha256 } from '@bulkhead/envelope'
import { fencingToken } from '@bulkhead/vocabulary'
import { type AuditRequest, type LogSource } from '../src/audit/audit-log.ts'
import type { VerifierPolicy } from '../src/audit/verifier-policy.ts'
import type { StoredEntry } from '../src/index.ts'
import { type SignedCheckpoint, openCheckpoint, sealCheckpoint } from '../src/tlog/checkpoint.ts'
import { cosign } from '../src/tlog/cosignature.ts'
import { GrowingTree } from '../src/tlog/growing-tree.ts'
import { hashLeaf } from '../src/tlog/merkle-hash.ts'
import { noteKey, witnessKey } from '../src/tlog/note-key.ts'
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

export const [ledger, second, stranger] = [
  ledgerKey('ledger.pub'),
  ledgerKey('second.pub'),
  ledgerKey('eve'),
]
const witnesses = ['w1', 'w2', 'w3'].map((name) => {
  const pair = ledgerKey(name)
  return { ...pair, key: witnessKey(`example.net/${name}`, pair.key.publicKey) }
})
export const NOW = Date.UTC(2026, 0, 31, 12, 15)
const HOUR = 3_600_000

export const policy = (more: Partial<VerifierPolicy> = {}): VerifierPolicy => ({
  origin: ORIGIN,
  environment: 'production',
  logKeys: [ledger.key, second.key],
  witnesses: witnesses.map(({ key }) => key),
  quorum: 0,
  roles: {},
  clockSkewMs: 120_000,
  ...more,
})

export const refused = (n: number): Forgery => ({
  kind: 'deploy.refused',
  actors: ACTORS,
  data: { n },
})
export const plain = (count: number): readonly Forgery[] => [
  genesis,
  ...Array.from({ length: count - 1 }, (_, n) => refused(n)),
]

const ranAhead: readonly Forgery[] = [
  ...plain(3),
  { ...refused(3), lies: { at: new Date(NOW + 24 * HOUR).toISOString() } },
]

/** By default by a clock that is right. */
const clockCorrected = (from: number, at = NOW): Forgery => ({
  kind: 'clock.corrected',
  actors: ACTORS,
  data: { from, reason: 'the runner was a day ahead' },
  lies: { at: new Date(at).toISOString() },
})

export interface ForgedLog extends LogSource {
  readonly entries: readonly StoredEntry[]
  readonly files: Map<string, Buffer>
  readonly checkpoint: SignedCheckpoint
}

/** A log with right tiles and checkpoint over whatever its entries are: by somebody with the key. */
export async function logOf(
  entries: readonly StoredEntry[],
  by: LedgerKey = ledger,
): Promise<ForgedLog> {
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

export const forged = async (drafts: readonly Forgery[], signer: Signer = ledger.signer) =>
  logOf(await forgeLog(signer, drafts))

/** The checkpoint with a line of each of the first `count` witnesses. */
export async function cosigned(log: ForgedLog, count: number, at = NOW): Promise<SignedCheckpoint> {
  const { note } = log.checkpoint
  const lines = await Promise.all(
    witnesses
      .slice(0, count)
      .map(({ key, signer }) => cosign(note, key, Math.floor(at / 1_000), signer)),
  )
  return { ...log.checkpoint, note: { ...note, signatures: [...note.signatures, ...lines] } }
}

export type Case = Partial<AuditRequest> & { readonly log: LogSource }

export interface Attack {
  /** The one check that a verifier has to leave out to be deceived. */
  readonly check: string
  readonly code: string
  readonly attack: () => Promise<Case>
  /** The same without the attack. */
  readonly honest: () => Promise<Case>
}

const remembering = async (count: number) => (await forged(plain(count))).checkpoint
export const kept = (all: ForgedLog, size: number) => logOf(all.entries.slice(0, size))

export const leaseData = { region: 'eu', holder: 'ada', ttlMs: 60_000, takesOver: null }
export const rollout = (outcome: string, token = 2): readonly Forgery[] => [
  genesis,
  verdict(release(), outcome),
  { kind: 'lease.acquired', actors: ACTORS, data: leaseData },
  deploy('deploy.started', fencingToken(token)),
]
const wave = (index: number, direction = 'forward') =>
  deploy('deploy.step', fencingToken(2), { step: 'batch-intended', wave: index, direction })
const finished = deploy('deploy.finished', fencingToken(2), { result: 'released' })
const noteAbout = (about: number): Forgery => ({
  kind: 'annotation',
  actors: ACTORS,
  data: { about, text: 'waived: never mind' },
})
/** A verdict that was given as attestation 1, and a deploy that rests on the one named. */
const attested = (digit: string): readonly Forgery[] => [
  genesis,
  {
    ...verdict(),
    data: { outcome: 'PASS', attestation: `sha256:${'1'.repeat(64)}` },
  },
  { kind: 'lease.acquired', actors: ACTORS, data: leaseData },
  deploy('deploy.started', fencingToken(2), { attestation: `sha256:${digit.repeat(64)}` }),
]

export const revocation = (last: Forgery): readonly Forgery[] => [
  ...plain(2),
  { kind: 'key.revoked', actors: ACTORS, data: { key: second.key.id } },
  last,
]

export const rotation = (old: LedgerKey, next: LedgerKey, name = 'next.pub'): Forgery => ({
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
export const ATTACKS: Readonly<Record<string, Attack>> = {
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
  'entries are added, and kept from the witnesses': {
    check: 'unwitnessed',
    code: 'ledger/no-quorum',
    attack: async () => ({
      log: await forged(plain(9)),
      witnessed: await cosigned(await kept(await forged(plain(9)), 6), 2),
      policy: policy({ quorum: 2, mostUnwitnessed: 2 }),
    }),
    honest: async () => ({
      log: await forged(plain(9)),
      witnessed: await cosigned(await kept(await forged(plain(9)), 7), 2),
      policy: policy({ quorum: 2, mostUnwitnessed: 2 }),
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
  'a deploy is recorded that rests on another attestation than the verdict': {
    check: 'step',
    code: 'ledger/illegal-step',
    attack: async () => ({ log: await forged(attested('2')) }),
    honest: async () => ({ log: await forged(attested('1')) }),
  },
  'a deploy is recorded without a live lease': {
    check: 'step',
    code: 'ledger/illegal-step',
    attack: async () => ({ log: await forged(rollout('PASS', 1)) }),
    honest: async () => ({ log: await forged(rollout('PASS')) }),
  },
  'a rollout steps back to a wave that it had left': {
    check: 'step',
    code: 'ledger/illegal-step',
    attack: async () => ({ log: await forged([...rollout('PASS'), wave(1), wave(0)]) }),
    honest: async () => ({ log: await forged([...rollout('PASS'), wave(0), wave(1)]) }),
  },
  'a rollout goes back although no rollback was started': {
    check: 'step',
    code: 'ledger/illegal-step',
    attack: async () => ({ log: await forged([...rollout('PASS'), wave(0), wave(0, 'back')]) }),
    honest: async () => ({
      log: await forged([
        ...rollout('PASS'),
        wave(0),
        deploy('rollback.started', fencingToken(2)),
        wave(0, 'back'),
      ]),
    }),
  },
  'two rollouts share a region': {
    check: 'step',
    code: 'ledger/illegal-step',
    attack: async () => ({
      log: await forged([
        ...rollout('PASS'),
        { kind: 'lease.acquired', actors: ACTORS, data: leaseData },
        wave(0),
      ]),
    }),
    honest: async () => ({
      log: await forged([
        ...rollout('PASS'),
        { kind: 'lease.acquired', actors: ACTORS, data: { ...leaseData, region: 'us' } },
        wave(0),
      ]),
    }),
  },
  'something is done after a rollout has finished': {
    check: 'step',
    code: 'ledger/illegal-step',
    attack: async () => ({ log: await forged([...rollout('PASS'), finished, wave(0)]) }),
    honest: async () => ({ log: await forged([...rollout('PASS'), wave(0), finished]) }),
  },
  'a forbidden deploy is explained away by a note about it': {
    check: 'step',
    code: 'ledger/illegal-step',
    attack: async () => ({ log: await forged([...rollout('BLOCK'), noteAbout(3)]) }),
    honest: async () => ({ log: await forged([...rollout('PASS'), noteAbout(3)]) }),
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
  'a correction of the clock backdates what follows an entry that had not run ahead': {
    check: 'date',
    code: 'ledger/illegal-step',
    attack: async () => ({ log: await forged([...plain(3), clockCorrected(2, NOW - HOUR)]) }),
    honest: async () => ({ log: await forged([...ranAhead, clockCorrected(3)]) }),
  },
  'a correction of the clock is dated before what it leaves as it is': {
    check: 'date',
    code: 'ledger/illegal-step',
    attack: async () => ({ log: await forged([...ranAhead, clockCorrected(3, NOW - HOUR)]) }),
    honest: async () => ({ log: await forged([...ranAhead, clockCorrected(3)]) }),
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
    code: 'ledger/rewritten',
    attack: async () => {
      const log = await forged(plain(4))
      log.files.set('checkpoint', noteOf(await forged([...plain(3), refused(9)])))
      return { log }
    },
    honest: async () => ({ log: await forged(plain(4)) }),
  },
  'the checkpoint is signed for fewer entries, and other ones': {
    check: 'checkpoint-matches',
    code: 'ledger/rewritten',
    attack: async () => {
      const log = await forged(plain(6))
      log.files.set('checkpoint', noteOf(await forged([...plain(3), refused(9)])))
      return { log }
    },
    honest: async () => ({ log: await forged(plain(6)) }),
  },
  'the checkpoint is one that the log has outgrown': {
    check: 'checkpoint-matches',
    code: 'ledger/bad-checkpoint',
    attack: async () => {
      const log = await forged(plain(6))
      log.files.set('checkpoint', noteOf(await kept(log, 4)))
      return { log }
    },
    honest: async () => ({ log: await forged(plain(6)) }),
  },
  'there is no log at all': {
    check: 'present',
    code: 'ledger/missing',
    attack: async () => {
      const log = await logOf([])
      log.files.clear()
      return { log }
    },
    honest: async () => ({ log: await forged(plain(1)) }),
  },
  'a log without a single entry is shown, and a checkpoint of it': {
    check: 'present',
    code: 'ledger/missing',
    attack: async () => ({ log: await logOf([]) }),
    honest: async () => ({ log: await forged(plain(1)) }),
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

const noteOf = ({ checkpoint }: ForgedLog) => Buffer.from(writeNote(checkpoint.note))

async function genesisDigest() {
  const [first] = await forgeLog(ledger.signer, plain(1))
  return sha256(first?.bytes ?? '')
}
