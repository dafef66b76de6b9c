import { createPrivateKey, createPublicKey } from 'node:crypto'
import { parsePrivateKey } from '@bulkhead/envelope'
import {
  type ProofJudgement,
  TiledTree,
  judgeEntryProof,
  logNoteKeys,
  newestCheckpoint,
  openKnownCheckpoint,
  proveEntry,
  withCosignature,
  witnessCheckpoint,
  witnessKey,
  witnessMemoryIn,
  writeVerifierKey,
} from '@bulkhead/ledger'
import { InputError, counted } from '@bulkhead/vocabulary'
import {
  type LedgerQuestion,
  followKeys,
  logOf,
  policyByNow,
  readNamed,
  verifierOf,
} from './ledger-question.ts'
import type { Workspace } from './workspace.ts'

export type ProofQuestion = LedgerQuestion & { readonly witnessed?: string }

/** The tlog-proof of an entry; or, of a proof in a file, what it proves. */
export const proveByPolicy = {
  async make(workspace: Workspace, question: ProofQuestion, index: number) {
    const own = await verifierOf(workspace, question)
    const log = await logOf(workspace, question, own)
    const { witnessed } = question
    const newest = await newestCheckpoint(log, own)
    const policy = await policyByNow(own, log, newest, workspace.clock.now())
    const bytes = witnessed === undefined ? newest : await readNamed(witnessed)
    const available = openKnownCheckpoint(newest, policy, 'checkpoint').size
    const checkpoint = openKnownCheckpoint(bytes, policy, witnessed ?? 'checkpoint')
    if (index >= checkpoint.size) throw noSuchEntry(index, checkpoint.size)
    return proveEntry(log, index, checkpoint, available)
  },
  async judge(
    workspace: Workspace,
    question: LedgerQuestion,
    file: string,
  ): Promise<ProofJudgement> {
    const policy = await verifierOf(workspace, question)
    const text = (await readNamed(file)).toString('utf8')
    const now = workspace.clock.now()
    const judged = judgeEntryProof(text, policy, now)
    if (judged.findings.length === 0 || question.verifierPolicy !== undefined) return judged
    // The log at hand may have replaced the key that signed it. Where it does not verify, it says nothing.
    const log = await logOf(workspace, question, policy)
    const { findings, grown } = await followKeys(policy, log, now)
    return findings.length === 0 ? judgeEntryProof(text, grown, now) : judged
  },
}

const noSuchEntry = (index: number, size: number): InputError =>
  new InputError({
    code: 'usage/invalid-option',
    subject: `entry ${index}`,
    message: `the checkpoint is of ${counted(size, 'entry', 'entries')}`,
    remedy: size === 0 ? 'append to the ledger first' : `name an entry from 0 to ${size - 1}`,
  })

export interface WitnessQuestion extends LedgerQuestion {
  readonly name: string
  /** File of the witness's Ed25519 private key, used for nothing else. */
  readonly key: string
  readonly state: string
  /** A checkpoint to cosign; without it, the newest of the log. */
  readonly checkpoint?: string
}

/** Cosigns a checkpoint of the log in this repository, after proving it against the witness's memory. */
export async function witnessLedger(workspace: Workspace, question: WitnessQuestion) {
  const own = await verifierOf(workspace, question)
  const log = await logOf(workspace, question, own)
  const { name, state, checkpoint } = question
  const newest = await newestCheckpoint(log, own)
  const policy = await policyByNow(own, log, newest, workspace.clock.now())
  const available = openKnownCheckpoint(newest, policy, 'checkpoint').size
  const pem = await readNamed(question.key)
  const signer = parsePrivateKey(pem, question.key)
  const key = witnessKey(checkedName(name), createPublicKey(createPrivateKey(pem)))
  if (policy.logKeys.some(({ publicKey }) => publicKey.equals(key.publicKey)))
    throw ownWitness(question.key)
  const bytes = checkpoint === undefined ? newest : await readNamed(checkpoint)
  if (checkpoint !== undefined) openKnownCheckpoint(bytes, policy, checkpoint)
  const answer = await witnessCheckpoint(
    {
      origin: policy.origin,
      logKeys: logNoteKeys(policy.origin, policy.logKeys),
      key,
      signer,
      memory: witnessMemoryIn(checkedState(state)),
      now: () => workspace.clock.now(),
    },
    {
      checkpoint: bytes,
      prove: (old, size) => new TiledTree(size, log.readFile, available).consistencyProof(old),
    },
  )
  if (answer.kind === 'refused') return { findings: answer.findings, vkey: writeVerifierKey(key) }
  const note = withCosignature(answer.checkpoint, answer.line)
  return { findings: [], note, size: answer.checkpoint.size, vkey: writeVerifierKey(key) }
}

function checkedState(directory: string): string {
  if (directory !== '') return directory
  throw new InputError({
    code: 'usage/invalid-option',
    subject: '--state',
    message: 'names no directory',
    remedy: 'name the directory that this witness remembers in, such as ~/w1',
  })
}

/** Whoever can sign the log could then also say that somebody else has seen it. */
const ownWitness = (file: string): InputError =>
  new InputError({
    code: 'usage/wrong-key',
    subject: file,
    message: 'is a key of this log, which cannot be its own witness',
    remedy: 'make a key for the witness alone: openssl genpkey -algorithm ed25519',
  })

function checkedName(name: string): string {
  if (/^[a-z0-9][a-z0-9./_-]{0,126}$/.test(name)) return name
  throw new InputError({
    code: 'usage/invalid-option',
    subject: name,
    message: 'cannot name a witness',
    remedy: 'name it like an address without scheme, such as example.net/w1',
  })
}
