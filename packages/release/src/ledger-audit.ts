import { createPrivateKey, createPublicKey } from 'node:crypto'
import { parsePrivateKey } from '@bulkhead/envelope'
import {
  type AuditEnd,
  type AuditRequest,
  type EntryReader,
  type LedgerStore,
  MAX_SAVED_BYTES,
  type LogSource,
  MAX_SNAPSHOT_BYTES,
  type ProofJudgement,
  Reconciliation,
  type RuntimeSnapshot,
  TiledTree,
  type VerifierPolicy,
  auditLog,
  gitLedgerStore,
  isMirror,
  judgeEntryProof,
  logAt,
  logNoteKeys,
  mirrorLog,
  newestCheckpoint,
  noteKey,
  openKnownCheckpoint,
  parseSnapshot,
  parseVerifierPolicy,
  plainPolicy,
  proveEntry,
  readSavedAudit,
  withCosignature,
  witnessCheckpoint,
  witnessMemoryIn,
  writeSavedAudit,
  writeVerifierKey,
} from '@bulkhead/ledger'
import { loadPolicy } from '@bulkhead/policy'
import { type Finding, InputError } from '@bulkhead/vocabulary'
import { readRegularFile, systemClock } from '@bulkhead/world'
import { writeWhole } from './build-release.ts'
import { ledgerOrigin } from './ledger-access.ts'
import { ledgerStoreOf } from './ledger-store-of.ts'
import { recallHead, rememberHead } from './remembered-head.ts'
import { trustedKeys } from './trusted-keys.ts'
import { pinnedGenesis, requireEnvironment } from './trusted-ref.ts'
import type { Workspace } from './workspace.ts'

/** Which log is asked about, and by whose policy it is judged. */
export interface LedgerQuestion {
  /** Called for only when no policy file says it. */
  readonly environment: () => Promise<string>
  readonly genesis?: string
  readonly verifierPolicy?: string
}

const MAX_FILE_BYTES = 512 * 1024

async function readNamed(path: string, most = MAX_FILE_BYTES): Promise<Buffer> {
  const bytes = await readRegularFile(path, most)
  if (bytes !== undefined) return bytes
  throw new InputError({
    code: 'usage/unreadable-file',
    subject: path,
    message: `is not there, is no file, or has more than ${most} bytes`,
    remedy: 'check the path and its permissions',
  })
}

/** The verifier's own policy file, or what follows from the genesis that the caller pinned. */
export async function verifierOf(
  workspace: Workspace,
  { environment: named, genesis: pinned, verifierPolicy }: LedgerQuestion,
): Promise<VerifierPolicy> {
  if (verifierPolicy !== undefined) {
    return parseVerifierPolicy(await readNamed(verifierPolicy), verifierPolicy)
  }
  const environment = await named()
  const genesis = await pinnedGenesis(workspace, pinned)
  const policy = await loadPolicy(workspace.repository, genesis)
  requireEnvironment(policy, environment)
  const origin = ledgerOrigin({ genesis, environment })
  return plainPolicy({ origin, environment, logKeys: trustedKeys(policy, 'ledger') })
}

/**
 * Where the log lies says the policy at the pinned genesis. An auditor who pins none, and brings a
 * policy of their own, reads the branch of the repository at hand.
 */
async function storeOf(
  workspace: Workspace,
  { verifierPolicy, genesis }: LedgerQuestion,
  { environment }: VerifierPolicy,
): Promise<LedgerStore> {
  const pinned = await pinnedGenesis(workspace, genesis).catch((error: unknown) => {
    if (verifierPolicy !== undefined && error instanceof InputError) return undefined
    throw error
  })
  if (pinned === undefined) {
    return gitLedgerStore({ repository: workspace.repository, environment })
  }
  return ledgerStoreOf(workspace, await loadPolicy(workspace.repository, pinned), environment)
}

const logOf = async (
  workspace: Workspace,
  question: LedgerQuestion,
  policy: VerifierPolicy,
): Promise<LogSource> => logAt(await storeOf(workspace, question, policy))

export interface AuditQuestion extends LedgerQuestion, AuditOptions {}

interface AuditOptions {
  /** What was saved of an earlier verification, or a bare checkpoint. */
  readonly from?: string
  readonly witnessed?: string
  /** Where to write what the next `from` needs, of a log that verified. */
  readonly save?: string
  /** Judges the log as it was when this entry was its newest. */
  readonly at?: number
  /** File of what runs, by somebody else than the ledger: each unit must run what an entry put there. */
  readonly snapshot?: string
}

/** How it is done, which changes nothing about what is found. */
export interface AuditMeans {
  /** Reads entries on other cores. */
  readonly reader?: EntryReader
  /** Told now and then how many entries were judged. */
  readonly progress?: (judged: number) => void
}

export interface PolicyAudit extends Omit<AuditEnd, 'findings' | 'root' | 'memory'> {
  readonly environment: string
  readonly findings: readonly Finding[]
  /** Entries that were read. */
  readonly judged: number
}

const MAX_FINDINGS = 1_000

/** Verifies a log by the caller's policy, as it streams by; also against what this clone saw of it. */
export async function auditByPolicy(
  workspace: Workspace,
  question: AuditQuestion,
  means: AuditMeans = {},
): Promise<PolicyAudit> {
  const policy = await verifierOf(workspace, question)
  const store = await storeOf(workspace, question, policy)
  const log = await logAt(store)
  const memory =
    question.verifierPolicy === undefined
      ? {
          genesis: await pinnedGenesis(workspace, question.genesis),
          environment: policy.environment,
        }
      : undefined
  const head = memory === undefined ? undefined : await recallHead(workspace, memory)
  const seen = head === undefined || question.at !== undefined ? {} : { head }
  const now = workspace.clock.now()
  const judged = await runAudit({ policy, log, now, ...seen }, question, means)
  const audit = { ...judged, findings: [...judged.findings, ...(await store.inspect())] }
  const sound = audit.findings.length === 0 && audit.head !== null && question.at === undefined
  if (memory !== undefined && sound && audit.head !== null)
    await rememberHead(workspace, memory, { index: audit.size - 1, digest: audit.head })
  return audit
}

/**
 * The same for a directory that `ledger export --mirror` wrote, without a repository.
 * @throws InputError when there is no mirror, or no policy file
 */
export async function auditMirror(
  question: AuditOptions & { readonly log: string; readonly verifierPolicy: string },
  means: AuditMeans = {},
): Promise<PolicyAudit> {
  const { log, verifierPolicy } = question
  if (!(await isMirror(log))) {
    throw new InputError({
      code: 'ledger/not-a-ledger',
      subject: log,
      message: 'holds no tile/entries',
      remedy: 'name a directory that `bulkhead ledger export --mirror DIR` wrote',
    })
  }
  const policy = parseVerifierPolicy(await readNamed(verifierPolicy), verifierPolicy)
  const now = systemClock.now()
  return runAudit({ policy, log: mirrorLog(log), now }, question, means)
}

async function runAudit(
  basis: Pick<AuditRequest, 'policy' | 'log' | 'now' | 'head'>,
  { from, witnessed, save, at, snapshot }: AuditOptions,
  { reader, progress }: AuditMeans,
): Promise<PolicyAudit> {
  const { policy, log } = basis
  const runtime =
    snapshot === undefined ? undefined : await readSnapshot(snapshot, policy.environment)
  const reconciliation = new Reconciliation()
  const saved =
    from === undefined
      ? undefined
      : readSavedAudit(await readNamed(from, MAX_SAVED_BYTES), policy, from)
  const judgements = auditLog({
    ...basis,
    ...(reader && { reader }),
    ...(at !== undefined && { at }),
    ...(saved && { from: saved.checkpoint }),
    ...(saved?.memory && { memory: saved.memory }),
    ...(witnessed !== undefined && {
      witnessed: openKnownCheckpoint(await readNamed(witnessed), policy, witnessed),
    }),
  })
  const findings: Finding[] = []
  for (let judged = 0; ;) {
    const next = await judgements.next()
    const more = (next.done ? [next.value] : next.value).flatMap((one) => one.findings)
    findings.push(...more.slice(0, MAX_FINDINGS - findings.length))
    if (!next.done) {
      judged += next.value.length
      progress?.(judged)
      if (runtime !== undefined)
        for (const { entry } of next.value) if (entry) reconciliation.take(entry)
      continue
    }
    const { root: _root, memory, ...end } = next.value
    // Nothing is concluded from a log that does not verify.
    if (runtime !== undefined && findings.length === 0)
      findings.push(...reconciliation.judge(runtime).slice(0, MAX_FINDINGS))
    if (save !== undefined && findings.length === 0 && memory !== undefined) {
      const text = writeSavedAudit(await newestCheckpoint(log), memory)
      await writeWhole(save, Buffer.from(text))
    }
    return { ...end, environment: policy.environment, findings, judged }
  }
}

/** @throws InputError when it is none, or of another environment */
async function readSnapshot(file: string, environment: string): Promise<RuntimeSnapshot> {
  const snapshot = parseSnapshot(await readNamed(file, MAX_SNAPSHOT_BYTES), file)
  if (snapshot.environment === environment) return snapshot
  throw new InputError({
    code: 'usage/invalid-option',
    subject: file,
    message: `is of ${snapshot.environment}, the ledger of ${environment}`,
    remedy: 'name the snapshot of this environment',
  })
}

export type ProofQuestion = LedgerQuestion & { readonly witnessed?: string }

/** The tlog-proof of an entry; or, of a proof in a file, what it proves. */
export const proveByPolicy = {
  async make(workspace: Workspace, question: ProofQuestion, index: number) {
    const policy = await verifierOf(workspace, question)
    const log = await logOf(workspace, question, policy)
    const { witnessed } = question
    const newest = await newestCheckpoint(log)
    const bytes = witnessed === undefined ? newest : await readNamed(witnessed)
    const available = openKnownCheckpoint(newest, policy, 'checkpoint').size
    const checkpoint = openKnownCheckpoint(bytes, policy, witnessed ?? 'checkpoint')
    return proveEntry(log, index, checkpoint, available)
  },
  async judge(
    workspace: Workspace,
    question: LedgerQuestion,
    file: string,
  ): Promise<ProofJudgement> {
    const policy = await verifierOf(workspace, question)
    const text = (await readNamed(file)).toString('utf8')
    return judgeEntryProof(text, policy, workspace.clock.now())
  },
}

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
  const policy = await verifierOf(workspace, question)
  const log = await logOf(workspace, question, policy)
  const { name, state, checkpoint } = question
  const newest = await newestCheckpoint(log)
  const available = openKnownCheckpoint(newest, policy, 'checkpoint').size
  const pem = await readNamed(question.key)
  const signer = parsePrivateKey(pem, question.key)
  const key = noteKey(checkedName(name), createPublicKey(createPrivateKey(pem)), 'cosignature')
  const answer = await witnessCheckpoint(
    {
      origin: policy.origin,
      logKeys: logNoteKeys(policy.origin, policy.logKeys),
      key,
      signer,
      memory: witnessMemoryIn(state),
      now: () => workspace.clock.now(),
    },
    {
      checkpoint: checkpoint === undefined ? newest : await readNamed(checkpoint),
      prove: (old, size) => new TiledTree(size, log.readFile, available).consistencyProof(old),
    },
  )
  if (answer.kind === 'refused') return { findings: answer.findings, vkey: writeVerifierKey(key) }
  const note = withCosignature(answer.checkpoint, answer.line)
  return { findings: [], note, size: answer.checkpoint.size, vkey: writeVerifierKey(key) }
}

function checkedName(name: string): string {
  if (/^[a-z0-9][a-z0-9./_-]{0,126}$/.test(name)) return name
  throw new InputError({
    code: 'usage/invalid-option',
    subject: name,
    message: 'cannot name a witness',
    remedy: 'name it like an address without scheme, such as example.net/w1',
  })
}
