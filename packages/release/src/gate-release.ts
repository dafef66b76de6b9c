import { join } from 'node:path'
import { attestVerdict } from '@bulkhead/attest'
import {
  RECORDED_SUBJECT,
  type Verdict,
  deniesForGood,
  judge,
  judgeWaivers,
  suitesInForce,
} from '@bulkhead/gate'
import type { Actor } from '@bulkhead/ledger'
import type { RunIdentity } from '@bulkhead/test-reports'
import type { CommitId, Finding } from '@bulkhead/vocabulary'
import { gatherApprovals } from './approvals.ts'
import { writeWhole } from './build-release.ts'
import { type WorkflowEvidence, askForge } from './forge-word.ts'
import { gatherEvidence } from './gather-evidence.ts'
import { type Keyring, statementSignerFor } from './keyring.ts'
import { writeLedger } from './ledger-access.ts'
import { programDigest } from './program-digest.ts'
import { findTrustedBase } from './trusted-ref.ts'
import { type Workspace, evidenceDirectory } from './workspace.ts'

export interface JudgeRequest {
  readonly environment: string
  readonly commit: CommitId
  readonly genesis?: string
  /** The run that the evidence must be of; any one run when not given. */
  readonly run?: RunIdentity | undefined
  /** Heads of pull requests that the forge may have squashed; each is judged too. */
  readonly pullRequestHeads?: readonly CommitId[] | undefined
  /** The workflow run that brings the evidence, where the policy lets its jobs vouch for it. */
  readonly workflow?: WorkflowEvidence | undefined
}

export interface GateRequest extends JudgeRequest {
  readonly keyring: Keyring
  readonly actors: readonly Actor[]
}

/** Where the two envelopes about a verdict lie. */
export interface AttestationFiles {
  readonly gate: string
  readonly summary: string
}

export const attestationFiles = (directory: string, environment: string): AttestationFiles => ({
  gate: join(directory, 'environments', environment, 'verdict.json'),
  summary: join(directory, 'environments', environment, 'summary.json'),
})

/** A verdict on record. */
export interface GatedRelease {
  readonly verdict: Verdict
  readonly files: AttestationFiles
  /** The suites that it was judged by. */
  readonly suites: readonly string[]
  /** Approvals and waivers that were shown and count for nothing, with why: no reason to block. */
  readonly notCounted: readonly Finding[]
}

/** A verdict that nobody signed and that is on no record. */
export type ReportedRelease = Omit<GatedRelease, 'files'>

/** Judges a commit as {@link gateRelease} does, and leaves it at that: for a change that is only proposed. */
export async function reportRelease(
  workspace: Workspace,
  request: JudgeRequest,
): Promise<ReportedRelease> {
  const { verdict, suites, notCounted } = await judgeRelease(workspace, request)
  return { verdict, suites, notCounted }
}

async function judgeRelease(workspace: Workspace, request: JudgeRequest) {
  const { environment, commit, workflow } = request
  const base = await findTrustedBase(workspace, environment, request.genesis)
  const { policy } = base
  const approvals = await gatherApprovals(workspace, policy, base.genesis)
  const { amendments, waivers } = approvals
  const forge = workflow && (await askForge(workspace, { commit, policy, workflow }))
  const input = await gatherEvidence(workspace, {
    commit,
    environment,
    policy,
    forge,
    run: request.run ?? workflow?.run,
    amendments,
    waivers,
    policyApprovals: approvals.policyChanges,
    denials: base.ledger.state.blocks[commit],
    pullRequestHeads: request.pullRequestHeads,
  })
  const notCounted = [...approvals.refused, ...judgeWaivers(input).objections]
  const suites = Object.keys(suitesInForce(policy.policy, input.own))
  const verdict = judge({ ...input, program: await programDigest() })
  return { base, given: approvals.given, verdict, suites, notCounted }
}

/** Judges a commit for an environment, attests the verdict and puts it on record, PASS and BLOCK alike. */
export async function gateRelease(
  workspace: Workspace,
  request: GateRequest,
): Promise<GatedRelease> {
  const { environment, commit } = request
  const { base, given, verdict, suites, notCounted } = await judgeRelease(workspace, request)
  const attestation = await attestVerdict(
    verdict,
    statementSignerFor('gate', request.keyring, base.policy),
  )
  const files = attestationFiles(evidenceDirectory(workspace.repository, commit), environment)
  await writeWhole(files.gate, attestation.gate)
  await writeWhole(files.summary, attestation.summary)
  const ledger = await writeLedger(
    workspace,
    { ...base, environment, policy: base.ledgerPolicy },
    request.keyring,
    request.actors,
  )
  await ledger.append([
    {
      kind: 'gate.verdict',
      release: { commit, artifacts: verdict.bindings.artifacts },
      actors: request.actors,
      data: {
        outcome: verdict.outcome,
        mode: verdict.mode,
        base: verdict.bindings.base,
        policyDigest: verdict.bindings.policyDigest,
        attestation: attestation.digest,
        approvals: given.slice(0, 50).map(({ digest, approver }) => ({ digest, approver })),
        loosened: verdict.policyChange.loosened.slice(0, 50).map(({ place }) => place),
        loosenedBy: verdict.policyChange.approvers,
        waived: verdict.waived.slice(0, 50).map(({ code, subject, approver, waiver }) => ({
          code,
          subject: subject.slice(0, RECORDED_SUBJECT),
          approver,
          waiver,
        })),
        // Codes and subjects only: messages can carry text that a log which cannot forget must not hold.
        findings: [...verdict.findings]
          .sort((a, b) => Number(deniesForGood(b.code)) - Number(deniesForGood(a.code)))
          .slice(0, 50)
          .map(({ code, subject }) => ({ code, subject: subject.slice(0, RECORDED_SUBJECT) })),
        findingsTotal: verdict.findings.length,
      },
    },
  ])
  return { verdict, files, suites, notCounted }
}
