import { createPrivateKey, createPublicKey } from 'node:crypto'
import { parsePrivateKey } from '@bulkhead/envelope'
import {
  type AuditEnd,
  type LogSource,
  type ProofJudgement,
  TiledTree,
  type VerifierPolicy,
  auditLog,
  gitLedgerStore,
  judgeEntryProof,
  logAt,
  logNoteKeys,
  newestCheckpoint,
  noteKey,
  openKnownCheckpoint,
  parseVerifierPolicy,
  plainPolicy,
  proveEntry,
  withCosignature,
  witnessCheckpoint,
  witnessMemoryIn,
  writeVerifierKey,
} from '@bulkhead/ledger'
import { loadPolicy } from '@bulkhead/policy'
import { type Finding, InputError } from '@bulkhead/vocabulary'
import { readRegularFile } from '@bulkhead/world'
import { writeWhole } from './build-release.ts'
import { ledgerOrigin } from './ledger-access.ts'
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

async function readNamed(path: string): Promise<Buffer> {
  const bytes = await readRegularFile(path, MAX_FILE_BYTES)
  if (bytes !== undefined) return bytes
  throw new InputError({
    code: 'usage/unreadable-file',
    subject: path,
    message: `is not there, is no file, or has more than ${MAX_FILE_BYTES} bytes`,
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

const logOf = ({ repository }: Workspace, { environment }: VerifierPolicy): Promise<LogSource> =>
  logAt(gitLedgerStore({ repository, environment }))

export interface AuditQuestion extends LedgerQuestion {
  readonly from?: string
  readonly witnessed?: string
  /** Where to write the checkpoint of a log that verified, for the next `from`. */
  readonly save?: string
}

export interface PolicyAudit extends Omit<AuditEnd, 'findings' | 'root'> {
  readonly environment: string
  readonly findings: readonly Finding[]
  /** Entries that were read. */
  readonly judged: number
}

const MAX_FINDINGS = 1_000

/** Verifies a log by the caller's policy, as it streams by. */
export async function auditByPolicy(
  workspace: Workspace,
  question: AuditQuestion,
): Promise<PolicyAudit> {
  const policy = await verifierOf(workspace, question)
  const log = await logOf(workspace, policy)
  const { from, witnessed, save, verifierPolicy } = question
  const memory =
    verifierPolicy === undefined
      ? {
          genesis: await pinnedGenesis(workspace, question.genesis),
          environment: policy.environment,
        }
      : undefined
  const head = memory === undefined ? undefined : await recallHead(workspace, memory)
  const known = async (file: string) => openKnownCheckpoint(await readNamed(file), policy, file)
  const judgements = auditLog({
    policy,
    log,
    now: workspace.clock.now(),
    ...(head === undefined ? {} : { head }),
    ...(from === undefined ? {} : { from: await known(from) }),
    ...(witnessed === undefined ? {} : { witnessed: await known(witnessed) }),
  })
  const findings: Finding[] = []
  for (let judged = 0; ;) {
    const next = await judgements.next()
    const said = next.done ? [next.value] : next.value
    for (const { findings: more } of said)
      if (findings.length < MAX_FINDINGS) findings.push(...more)
    if (!next.done) {
      judged += next.value.length
      continue
    }
    const { root: _root, ...end } = next.value
    if (findings.length === 0 && end.size > 0) {
      if (memory !== undefined && end.head !== null)
        await rememberHead(workspace, memory, { index: end.size - 1, digest: end.head })
      if (save !== undefined) await writeWhole(save, await newestCheckpoint(log))
    }
    return { ...end, environment: policy.environment, findings, judged }
  }
}

export type ProofQuestion = LedgerQuestion & { readonly witnessed?: string }

/** The tlog-proof of an entry; or, of a proof in a file, what it proves. */
export const proveByPolicy = {
  async make(workspace: Workspace, question: ProofQuestion, index: number) {
    const policy = await verifierOf(workspace, question)
    const log = await logOf(workspace, policy)
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
  const log = await logOf(workspace, policy)
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
