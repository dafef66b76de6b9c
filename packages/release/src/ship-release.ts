import type { AttestationVerification } from '@bulkhead/attest'
import type { ArtifactBinding } from '@bulkhead/gate'
import type { Ledger } from '@bulkhead/ledger'
import type { EnvironmentPolicy } from '@bulkhead/policy'
import type { Lane, NextWave } from '@bulkhead/rollout'
import type { Finding } from '@bulkhead/vocabulary'
import { artifactPath } from './build-release.ts'
import { type Deployment, REGION_PATIENCE } from './deploy/deployment.ts'
import { type WayRequest, makeWay } from './deploy/make-way.ts'
import { environmentMetrics } from './deploy/environment-metrics.ts'
import { refuseOverContract } from './deploy/contracts.ts'
import { mixedTestOf } from './deploy/mixed-test.ts'
import { type WholeEnd, rollRegions } from './deploy/roll-regions.ts'
import { telling } from './deploy/rollout-teller.ts'
import { runsOnEvery } from './deploy/runs-on-every.ts'
import { shippedArtifact } from './deploy/shipped-artifact.ts'
import { earlierBases, refuseOvertaken } from './deploy/standing.ts'
import {
  overtakenQueue,
  refuseBeforeHotfix,
  refuseFrozen,
  refuseStart,
  refuseUnpromoted,
} from './deploy/start-refusals.ts'
import { refuseLostFixes } from './hotfix/kept-fixes.ts'
import { refuseByHotfixes } from './hotfix/lane-refusals.ts'
import { readLedger, writeLedger } from './ledger-access.ts'
import { refuseSettled } from './queue/settle-trains.ts'
import type { HotfixLane, ShipRequest, ShipResult } from './ship-request.ts'
import { type TrustedBase, environmentPolicy, findTrustedBase } from './trusted-ref.ts'
import { verifyRelease } from './verify-release.ts'
import { type Workspace, evidenceDirectory } from './workspace.ts'

/**
 * Carries a release out: verify the attestation, and then region by region take the lease, plan from
 * what the fleet says, roll. A refusal is on record too; nothing is touched before the lease is held.
 * What is released already and runs everywhere is left alone; what was begun is gone on with.
 */
export async function shipRelease(workspace: Workspace, request: ShipRequest): Promise<ShipResult> {
  const base = await findTrustedBase(workspace, request.environment, request.genesis)
  const policy = environmentPolicy(base.policy, request.environment)
  const { attestation, artifacts } = await verifyNow(workspace, request, base)
  if (await runsEverywhere(base, request, artifacts)) return NOTHING_TO_DO
  const ledger = await writeLedger(
    workspace,
    { ...base, environment: request.environment, policy: base.ledgerPolicy },
    request.keyring,
    request.actors,
  )
  if (attestation.kind === 'refused') return refuse(ledger, request, attestation.findings)
  const shipped = shippedArtifact(policy, artifacts)
  const { refusals, overridden } = await askLane(workspace, request, { base, artifacts, shipped })
  if (refusals.length > 0) return refuse(ledger, request, refusals)
  const prepared = { base, policy, ledger, attestation, artifacts, shipped, overridden }
  const lane = laneOf(request)
  const told = { ...request, policy: base.policy, lane, link: request.link }
  const ended = await telling(workspace, told, (onProgress) =>
    rollRegions(deploymentOf(workspace, { ...request, onProgress }, prepared)),
  )
  return conclude(prepared, request, ended)
}

const laneOf = ({ hotfix }: ShipRequest): Lane => (hotfix === undefined ? 'standard' : 'hotfix')

/** What speaks against beginning now, and what would in the standard lane and is overridden in the other. */
async function askLane(
  workspace: Workspace,
  request: ShipRequest,
  { base, artifacts, shipped }: Pick<Prepared, 'base' | 'artifacts' | 'shipped'>,
): Promise<{ readonly refusals: readonly Finding[]; readonly overridden: readonly Finding[] }> {
  const { state } = base.ledger
  const { commit, hotfix, breaking } = request
  const policy = environmentPolicy(base.policy, request.environment)
  const held = refuseStart({ policy, state, commit, now: workspace.clock.now(), breaking })
  const always = [
    ...(await refuseOverContract({ ...workspace, policy }, state, commit)),
    ...(await checkPromotion(workspace, request, base, policy, shipped)),
    ...(await refuseByHotfixes(workspace, {
      lane: laneOf(request),
      commit,
      hotfixes: state.hotfixes,
      policy: base.policy.policy.hotfix,
    })),
  ]
  if (hotfix !== undefined)
    return {
      refusals: always.length > 0 ? always : await hotfix.refuse(artifacts),
      overridden: [...held, ...overtakenQueue(state)],
    }
  return {
    refusals: [...held, ...refuseBeforeHotfix(policy.name, state), ...always],
    overridden: [],
  }
}

const verifyNow = async (workspace: Workspace, request: ShipRequest, base: TrustedBase) =>
  verifyRelease(workspace, {
    ...request,
    policy: base.policy,
    earlierBases: await earlierBases(workspace, base, request.commit),
  })

const NOTHING_TO_DO: ShipResult = {
  result: 'released',
  plan: undefined,
  rollout: null,
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
  return runsOnEvery(await target.observe(), commit)
}

/** What was fully good in the environment before this one, by that environment's own ledger. */
async function checkPromotion(
  workspace: Workspace,
  request: ShipRequest,
  base: TrustedBase,
  policy: EnvironmentPolicy,
  shipped: ArtifactBinding,
): Promise<readonly Finding[]> {
  if (policy.after === undefined) return []
  const address = { ...base, policy: base.ledgerPolicy, environment: policy.after }
  const { state } = await readLedger(workspace, address)
  const good = state.good.filter(({ commit }) => commit === request.commit)
  return refuseUnpromoted(policy, shipped.digest, good)
}

interface Prepared {
  readonly base: TrustedBase
  readonly policy: EnvironmentPolicy
  readonly ledger: Ledger
  readonly attestation: AttestationVerification & { readonly kind: 'accepted' }
  readonly artifacts: readonly ArtifactBinding[]
  /** The one artifact that runs here. */
  readonly shipped: ArtifactBinding
  /** What would have held it back in the standard lane. */
  readonly overridden: readonly Finding[]
}

function deploymentOf(
  workspace: Workspace,
  request: ShipRequest,
  { policy, ledger, attestation, artifacts, shipped, base, overridden }: Prepared,
): Deployment {
  const { hotfix } = request
  const directory = evidenceDirectory(workspace.repository, request.commit)
  return {
    policy,
    ledger,
    actors: request.actors,
    target: request.target,
    clock: workspace.clock,
    ...(hotfix === undefined
      ? { lane: 'standard' }
      : {
          lane: 'hotfix',
          overridden,
          makeWay: (region) => makeWay({ ...wayOf(workspace, request, hotfix), ledger, region }),
        }),
    metrics: environmentMetrics(policy, workspace),
    repository: workspace.repository,
    mixedTest: mixedTestOf(workspace, policy),
    purpose: 'release',
    release: { commit: request.commit, artifact: shipped.digest },
    artifacts,
    path: artifactPath(directory, shipped.digest, shipped.name),
    attestation: attestation.digest,
    mayGoOn: (next) => refuseWave(workspace, request, { base, policy, ledger, artifacts }, next),
    plan: request.plan,
    breaking: request.breaking,
    patience: request.wait ?? REGION_PATIENCE,
    unwind: undefined,
    signal: request.signal,
    onProgress: request.onProgress,
  }
}

const wayOf = (
  { clock }: Workspace,
  { actors, commit, breaking, signal }: ShipRequest,
  { name, suspectRunning, yieldWithin }: HotfixLane,
): Omit<WayRequest, 'ledger' | 'region'> => ({
  clock,
  actors,
  commit,
  signal,
  name,
  yieldWithin,
  order: suspectRunning ? 'abort' : 'yield',
  breaking: breaking?.tokens ?? [],
})

/**
 * Asked anew before each forward wave: the verdict may have expired or been overtaken, a signature or
 * an approval revoked, a freeze begun. A zone that was begun is finished in spite of a freeze.
 */
async function refuseWave(
  workspace: Workspace,
  request: ShipRequest,
  { base, policy, ledger, artifacts }: Pick<Prepared, 'base' | 'policy' | 'ledger' | 'artifacts'>,
  { newZone, wave }: NextWave,
): Promise<readonly Finding[]> {
  const overtaken = await refuseOvertaken(workspace, { base, ledger, commit: request.commit })
  if (overtaken.length > 0) return overtaken
  const settled = wave === 'start' ? refuseSettled(ledger.known(), request) : []
  if (settled.length > 0) return settled
  const { hotfixes } = ledger.known()
  const lost = await refuseLostFixes(workspace, { commit: request.commit, hotfixes })
  if (lost.length > 0) return lost
  const { attestation } = await verifyNow(workspace, request, base)
  if (attestation.kind === 'refused') return attestation.findings
  // The lease may have been waited for longer than an approval holds. A region that has begun is ended:
  // half a fix is worse than one that was approved an hour ago.
  if (request.hotfix !== undefined && wave === 'start')
    return request.hotfix.disagreement(artifacts)
  return newZone && request.hotfix === undefined ? refuseFrozen(policy, workspace.clock.now()) : []
}

async function conclude(
  { ledger, attestation }: Prepared,
  request: ShipRequest,
  { result, findings, plan, id, undelivered }: WholeEnd & Pick<ShipResult, 'undelivered'>,
): Promise<ShipResult> {
  if (result === 'refused') return refuse(ledger, request, findings)
  const observed = attestation.verdict.findings
  const { matched } = attestation
  return { result, plan, rollout: id ?? null, matched, findings, observed, undelivered }
}

async function refuse(
  ledger: Ledger,
  request: ShipRequest,
  findings: readonly Finding[],
): Promise<ShipResult> {
  const [entry] = await ledger.append([
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
  const rollout = entry?.index ?? null
  return { result: 'refused', plan: undefined, rollout, matched: [], findings }
}
