import {
  type AuditEnd,
  type AuditRequest,
  type EntryOnRecord,
  type EntryReader,
  MAX_SAVED_BYTES,
  MAX_SNAPSHOT_BYTES,
  Reconciliation,
  type RuntimeSnapshot,
  auditLog,
  claimedCheckpoint,
  isMirror,
  logAt,
  mirrorLog,
  newestCheckpoint,
  parseSnapshot,
  parseVerifierPolicy,
  readSavedAudit,
  writeSavedAudit,
} from '@bulkhead/ledger'
import { type Finding, InputError } from '@bulkhead/vocabulary'
import { systemClock } from '@bulkhead/world'
import { outputFile } from './output-file.ts'
import { type LedgerQuestion, readNamed, storeOf, verifierOf } from './ledger-question.ts'
import { recallHead, rememberHead } from './remembered-head.ts'
import { pinnedGenesis } from './trusted-ref.ts'
import type { Workspace } from './workspace.ts'

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
  /** Given every entry that could be read, in order. */
  readonly onEntry?: (entry: EntryOnRecord) => void
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
  { reader, progress, onEntry }: AuditMeans,
): Promise<PolicyAudit> {
  const { policy, log } = basis
  const runtime =
    snapshot === undefined ? undefined : await readSnapshot(snapshot, policy.environment)
  const reconciliation = new Reconciliation()
  const file = save === undefined ? undefined : await outputFile(save)
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
      witnessed: claimedCheckpoint(await readNamed(witnessed), policy, witnessed),
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
      for (const { entry } of next.value) {
        if (entry === null) continue
        onEntry?.(entry)
        if (runtime !== undefined) reconciliation.take(entry)
      }
      continue
    }
    const { root: _root, memory, ...end } = next.value
    // Nothing is concluded from a log that does not verify.
    if (runtime !== undefined && findings.length === 0)
      findings.push(...reconciliation.judge(runtime, end.reservations).slice(0, MAX_FINDINGS))
    if (file !== undefined && findings.length === 0 && memory !== undefined)
      await file.write(writeSavedAudit(await newestCheckpoint(log, policy), memory))
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
