import type { Actor, Lease, Ledger } from '@bulkhead/ledger'
import {
  type Observation,
  type Plan,
  type Planning,
  type RolloutProgress,
  type RolloutResult,
  type Target,
  planRollout,
  runRollout,
} from '@bulkhead/rollout'
import type { CommitId, Digest, Finding } from '@bulkhead/vocabulary'
import { artifactPath } from './build-release.ts'
import type { AttestationFiles } from './gate-release.ts'
import type { Keyring } from './keyring.ts'
import { writeLedger } from './ledger-access.ts'
import { ledgerJournal } from './ledger-journal.ts'
import { type TrustedBase, findTrustedBase } from './trusted-ref.ts'
import { type ReleaseVerification, verifyRelease } from './verify-release.ts'
import { type Workspace, evidenceDirectory } from './workspace.ts'

export interface ShipRequest {
  readonly environment: string
  readonly commit: CommitId
  readonly genesis?: string
  readonly files?: Partial<AttestationFiles>
  readonly keyring: Keyring
  readonly actors: readonly Actor[]
  readonly target: Target
  readonly signal: AbortSignal
  readonly onProgress: (progress: RolloutProgress) => void
}

export interface ShipResult {
  readonly result: RolloutResult['result']
  readonly plan: Plan | undefined
  readonly matched: readonly string[]
  readonly findings: readonly Finding[]
}

/**
 * Carries a release out: verify the attestation, take the lease, plan from what the fleet says, roll.
 * A refusal is on record too; nothing is touched before the lease is held.
 */
export async function shipRelease(workspace: Workspace, request: ShipRequest): Promise<ShipResult> {
  const base = await findTrustedBase(workspace, request.environment, request.genesis)
  const verification = await verifyRelease(workspace, { ...request, policy: base.policy })
  const ledger = await writeLedger(
    workspace,
    { ...base, environment: request.environment, policy: base.ledgerPolicy },
    request.keyring,
    request.actors,
  )
  if (verification.attestation.kind === 'refused')
    return refuse(ledger, request, verification.attestation.findings)
  const lease = await ledger.acquireLease({
    region: leaseRegion(base, request.environment),
    actors: request.actors,
  })
  if (lease.kind === 'refused') return refuse(ledger, request, lease.findings)
  const shipped = await rollOut(workspace, request, {
    base,
    verification,
    ledger,
    lease: lease.lease,
  })
  // A fleet that needs a human stays locked: the next deploy must not start on top of it.
  if (shipped.result !== 'stuck') await lease.lease.release()
  return shipped
}

/** How often a fleet on this machine is looked at while a wave bakes. */
const POLL_MS = 200

interface Prepared {
  readonly base: TrustedBase
  readonly verification: ReleaseVerification
  readonly ledger: Ledger
  readonly lease: Lease
}

async function rollOut(
  workspace: Workspace,
  request: ShipRequest,
  prepared: Prepared,
): Promise<ShipResult> {
  const { base, verification, ledger, lease } = prepared
  const { attestation, artifacts } = verification
  const artifact = artifacts[0]
  if (attestation.kind !== 'accepted' || artifact === undefined)
    throw new TypeError('rolling out what was not accepted')
  const path = artifactPath(
    evidenceDirectory(workspace.repository, request.commit),
    artifact.digest,
    artifact.name,
  )
  await request.target.stage({ path, digest: artifact.digest }, lease.token)
  const planned = planRelease(
    base,
    { ...request, observation: await request.target.observe() },
    artifact.digest,
  )
  if (planned.kind === 'refused') return refuse(ledger, request, planned.findings)
  const journal = ledgerJournal({
    ledger,
    token: lease.token,
    actors: request.actors,
    release: { commit: request.commit, artifacts },
    attestation: attestation.digest,
  })
  const { result, findings } = await runRollout({
    plan: planned.plan,
    target: request.target,
    token: lease.token,
    journal,
    clock: workspace.clock,
    signal: request.signal,
    onProgress: request.onProgress,
    limits: { pollMs: POLL_MS },
  })
  return { result, plan: planned.plan, matched: attestation.matched, findings }
}

/** Plans from the fleet as it says it is now, on top of the release that the ledger says is fully good. */
export function planRelease(
  base: TrustedBase,
  request: Pick<ShipRequest, 'environment' | 'commit'> & { readonly observation: Observation },
  artifact: Digest,
): Planning {
  const policy = base.policy.policy.environments[request.environment]
  if (policy === undefined) throw new TypeError('the environment was checked before')
  const released = base.ledger.state.released
  const previous =
    released?.artifacts[0] === undefined
      ? null
      : { commit: released.commit, artifact: released.artifacts[0].digest }
  return planRollout({
    environment: request.environment,
    policy: { required: policy.required, bake: policy.bake },
    observation: request.observation,
    release: { commit: request.commit, artifact },
    previous,
  })
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
