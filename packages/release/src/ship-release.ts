import type { AttestationVerification } from '@bulkhead/attest'
import type { ArtifactBinding } from '@bulkhead/gate'
import type { Actor, Lease, Ledger } from '@bulkhead/ledger'
import {
  type Plan,
  type Planning,
  type RolloutProgress,
  type RolloutResult,
  type Target,
  runRollout,
} from '@bulkhead/rollout'
import type { CommitId, FencingToken, Finding } from '@bulkhead/vocabulary'
import { artifactPath } from './build-release.ts'
import type { AttestationFiles } from './gate-release.ts'
import type { Keyring } from './keyring.ts'
import { writeLedger } from './ledger-access.ts'
import { ledgerJournal } from './ledger-journal.ts'
import { planRelease } from './plan-release.ts'
import { type TrustedBase, findTrustedBase } from './trusted-ref.ts'
import { verifyRelease } from './verify-release.ts'
import { type Workspace, evidenceDirectory } from './workspace.ts'

export interface ShipRequest {
  readonly environment: string
  readonly commit: CommitId
  readonly genesis?: string
  readonly files?: Partial<AttestationFiles>
  readonly keyring: Keyring
  readonly actors: readonly Actor[]
  readonly target: Target
  /** Ends somebody else's lease first, on record: a human's decision, for a holder that is gone. */
  readonly breaking?: { readonly token: FencingToken; readonly reason: string }
  readonly signal: AbortSignal
  readonly onProgress: (progress: RolloutProgress) => void
}

export interface ShipResult {
  readonly result: RolloutResult['result']
  readonly plan: Plan | undefined
  readonly matched: readonly string[]
  readonly findings: readonly Finding[]
  /** Findings of the verdict that block nothing, because the trusted policy's mode is `observe`. */
  readonly observed?: readonly Finding[]
}

/**
 * Carries a release out: verify the attestation, take the lease, plan from what the fleet says, roll.
 * A refusal is on record too; nothing is touched before the lease is held. What is released already
 * and runs everywhere is left alone.
 */
export async function shipRelease(workspace: Workspace, request: ShipRequest): Promise<ShipResult> {
  const { environment, actors, breaking } = request
  const base = await findTrustedBase(workspace, environment, request.genesis)
  const verification = await verifyRelease(workspace, { ...request, policy: base.policy })
  if (await runsEverywhere(base, request, verification.artifacts)) return NOTHING_TO_DO
  const address = { ...base, environment, policy: base.ledgerPolicy }
  const ledger = await writeLedger(workspace, address, request.keyring, actors)
  const { attestation, artifacts } = verification
  if (attestation.kind === 'refused') return refuse(ledger, request, attestation.findings)
  const outcome = await ledger.acquireLease({
    region: leaseRegion(base, environment),
    actors,
    ...(breaking === undefined ? {} : { breaking }),
  })
  if (outcome.kind === 'refused') return refuse(ledger, request, outcome.findings)
  const { lease } = outcome
  const prepared = { base, attestation, artifacts, ledger, lease }
  const planned = await planUnderLease(workspace, request, prepared).catch(
    async (error: unknown) => {
      await lease.release() // Nothing was rolled: the next deploy need not wait for a human.
      throw error
    },
  )
  const shipped = await rollOut(workspace, request, prepared, planned)
  // A fleet that needs a human stays locked: the next deploy must not start on top of it.
  if (shipped.result !== 'stuck') await lease.release()
  return shipped
}

const NOTHING_TO_DO: ShipResult = {
  result: 'released',
  plan: undefined,
  matched: [],
  findings: [],
}

/** Whether exactly this is the last release on record and every unit says that it runs it. */
async function runsEverywhere(
  base: TrustedBase,
  { commit, target }: ShipRequest,
  artifacts: readonly ArtifactBinding[],
): Promise<boolean> {
  const { released } = base.ledger.state
  if (released === null || released.commit !== commit) return false
  const rebuilt = artifacts.some(
    (artifact) => !released.artifacts.some(({ digest }) => digest === artifact.digest),
  )
  if (rebuilt) return false
  const { units } = await target.observe()
  return units.every((unit) => unit.version === commit && unit.health === 'healthy')
}

/** How often a fleet on this machine is looked at while a wave bakes. */
const POLL_MS = 200

interface Prepared {
  readonly base: TrustedBase
  readonly attestation: AttestationVerification & { readonly kind: 'accepted' }
  readonly artifacts: readonly ArtifactBinding[]
  readonly ledger: Ledger
  readonly lease: Lease
}

/**
 * What was verified before the lease was held may have been overtaken by its last holder: the verdict
 * is of a base that is no longer released, and the release to fall back to is not the newest.
 */
async function planUnderLease(
  workspace: Workspace,
  request: ShipRequest,
  prepared: Prepared,
): Promise<Planning> {
  const { released } = await prepared.ledger.state()
  const before = prepared.base.ledger.state.released
  if (released?.index === before?.index) return prepare(workspace, request, prepared)
  return { kind: 'refused', findings: [overtaken(request.commit, released?.commit)] }
}

const overtaken = (commit: CommitId, released: CommitId | undefined): Finding => ({
  code: 'attest/wrong-base',
  subject: commit,
  message: `${released ?? 'another commit'} was released while this one waited for the lease`,
  remedy: 'run `bulkhead gate` again, and then `bulkhead ship`',
})

/** Hands the artifact to the fleet and plans from what the fleet says now. */
async function prepare(
  workspace: Workspace,
  request: ShipRequest,
  { base, artifacts, lease }: Prepared,
): Promise<Planning> {
  const [artifact] = artifacts
  if (artifact === undefined) throw new TypeError('an attestation of nothing was accepted')
  const directory = evidenceDirectory(workspace.repository, request.commit)
  const path = artifactPath(directory, artifact.digest, artifact.name)
  await request.target.stage({ path, digest: artifact.digest }, lease.token)
  const observation = await request.target.observe()
  return planRelease(base, { ...request, observation }, artifact.digest)
}

async function rollOut(
  workspace: Workspace,
  request: ShipRequest,
  { attestation, artifacts, ledger, lease }: Prepared,
  planned: Planning,
): Promise<ShipResult> {
  if (planned.kind === 'refused') return refuse(ledger, request, planned.findings)
  const journal = ledgerJournal({
    ledger,
    token: lease.token,
    actors: request.actors,
    release: { commit: request.commit, artifacts },
    attestation: attestation.digest,
  })
  const { plan } = planned
  const { result, findings } = await runRollout({
    plan,
    target: request.target,
    token: lease.token,
    journal,
    clock: workspace.clock,
    signal: request.signal,
    onProgress: request.onProgress,
    limits: { pollMs: POLL_MS },
  })
  return {
    result,
    plan,
    matched: attestation.matched,
    findings,
    observed: attestation.verdict.findings,
  }
}

const leaseRegion = (base: TrustedBase, environment: string): string =>
  Object.keys(base.policy.policy.environments[environment]?.regions ?? {})
    .sort()
    .join('+')

async function refuse(
  ledger: Ledger,
  request: ShipRequest,
  findings: readonly Finding[],
): Promise<ShipResult> {
  await ledger.append([
    {
      kind: 'deploy.refused',
      release: { commit: request.commit, artifacts: [] },
      actors: request.actors,
      data: {
        findings: findings
          .slice(0, 20)
          .map(({ code, subject }) => ({ code, subject: subject.slice(0, 200) })),
      },
    },
  ])
  return { result: 'refused', plan: undefined, matched: [], findings }
}
