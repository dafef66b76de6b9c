import {
  type LedgerStore,
  type LogSource,
  type VerifierPolicy,
  auditLog,
  gitLedgerStore,
  isSignedByPolicy,
  logAt,
  parseVerifierPolicy,
  plainPolicy,
  withKeysOf,
} from '@bulkhead/ledger'
import { loadPolicy } from '@bulkhead/policy'
import { DeniedError, type Finding, InputError } from '@bulkhead/vocabulary'
import { readRegularFile } from '@bulkhead/world'
import { ledgerOrigin } from './ledger-access.ts'
import { ledgerStoreOf } from './ledger-store-of.ts'
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

/** @throws InputError when it is no readable file, or a larger one */
export async function readNamed(path: string, most = MAX_FILE_BYTES): Promise<Buffer> {
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
export async function storeOf(
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

/** The log as it is now. */
export const logOf = async (
  workspace: Workspace,
  question: LedgerQuestion,
  policy: VerifierPolicy,
): Promise<LogSource> => logAt(await storeOf(workspace, question, policy))

/**
 * The policy with the keys that the log has brought in and ended since, by which its newest checkpoint is
 * opened. The log is read only where a key of the policy itself did not sign that checkpoint.
 * @throws DeniedError when the log does not verify
 */
export async function policyByNow(
  policy: VerifierPolicy,
  log: LogSource,
  checkpoint: Buffer,
  now: number,
): Promise<VerifierPolicy> {
  if (isSignedByPolicy(policy, checkpoint)) return policy
  const { findings, grown } = await followKeys(policy, log, now)
  if (findings.length > 0) throw new DeniedError(findings)
  return grown
}

/**
 * The policy to begin with for who trusts the keys at the pinned genesis: those, and what a log that
 * verifies has made of them since.
 */
export async function verifierByNow(
  workspace: Workspace,
  question: LedgerQuestion,
): Promise<VerifierPolicy> {
  const policy = await verifierOf(workspace, question)
  const log = await logOf(workspace, question, policy)
  const { findings, grown } = await followKeys(policy, log, workspace.clock.now())
  return findings.length === 0 ? grown : policy
}

const MAX_FINDINGS = 1_000

/** Verifies the log for its keys alone: who has witnessed it, and when, is asked elsewhere. */
export async function followKeys(
  policy: VerifierPolicy,
  log: LogSource,
  now: number,
): Promise<{ readonly findings: readonly Finding[]; readonly grown: VerifierPolicy }> {
  const findings: Finding[] = []
  const { heartbeatMs: _silence, maxWitnessAgeMs: _age, mostUnwitnessed: _most, ...rest } = policy
  const judgements = auditLog({ policy: { ...rest, quorum: 0 }, log, now })
  for (;;) {
    const next = await judgements.next()
    const more = (next.done ? [next.value] : next.value).flatMap((one) => one.findings)
    findings.push(...more.slice(0, MAX_FINDINGS - findings.length))
    if (!next.done) continue
    const { memory } = next.value
    return { findings, grown: memory === undefined ? policy : withKeysOf(policy, memory.keys) }
  }
}
