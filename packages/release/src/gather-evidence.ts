import { join } from 'node:path'
import { openBuildRecord } from '@bulkhead/attest'
import {
  type Amendment,
  type BuildEvidence,
  type Denial,
  type GateInput,
  type PolicyApproval,
  type SuiteEvidence,
  type Waiver,
  suitesInForce,
} from '@bulkhead/gate'
import type { LoadedPolicy } from '@bulkhead/policy'
import type { RunIdentity } from '@bulkhead/test-reports'
import type { CommitId } from '@bulkhead/vocabulary'
import { readRegularFile } from '@bulkhead/world'
import { artifactPath } from './build-release.ts'
import { digestOfFile } from './digest-of-file.ts'
import type { ForgeWord } from './forge-word.ts'
import { gatherSuite, policyCarriedBy } from './gather-suite.ts'
import { judgeByOwnSigners } from './own-signers.ts'
import { judgeNextPolicy } from './next-policy.ts'
import { gatherPolicyChange } from './policy-change.ts'
import { authorsOfRange } from './range-authors.ts'
import { judgeReleaseRange } from './release-range.ts'
import { statementSigners } from './trusted-keys.ts'
import { type Workspace, evidenceDirectory } from './workspace.ts'

export interface GatherRequest {
  /** What a forge vouches for, and why not for more; nothing when not given. */
  readonly forge?: ForgeWord | undefined
  readonly commit: CommitId
  readonly environment: string
  /** The policy of the trusted ref; the range judged starts after that ref. */
  readonly policy: LoadedPolicy
  /** The run that the evidence must be of, where the caller knows it. */
  readonly run?: RunIdentity | undefined
  /** Heads of pull requests that the forge may have squashed; each is judged too. */
  readonly pullRequestHeads?: readonly CommitId[] | undefined
  /** Earlier BLOCKs about the commit, from the ledger of the environment. */
  readonly denials?: readonly Denial[] | undefined
  /** Approved changes of test files and inventories, signatures checked. */
  readonly amendments?: readonly Amendment[] | undefined
  /** Approvals of what the commit's policy loosens, signatures checked. */
  readonly policyApprovals?: readonly PolicyApproval[] | undefined
  /** Waivers, signatures checked. */
  readonly waivers?: readonly Waiver[] | undefined
}

/** Collects everything that the gate judges, as plain data. What is absent or unreadable is a finding in it. */
export async function gatherEvidence(
  workspace: Workspace,
  request: GatherRequest,
): Promise<GateInput> {
  const { repository, clock } = workspace
  const { commit, policy } = request
  const range = await judgeReleaseRange(workspace, policy, commit, request.pullRequestHeads)
  const next = await policyCarriedBy(workspace, commit)
  const suites: Record<string, SuiteEvidence> = {}
  for (const [name, suite] of Object.entries(suitesInForce(policy.policy, next?.policy)))
    suites[name] = await gatherSuite(workspace, {
      commit,
      policy,
      next,
      range,
      name,
      suite,
      amendments: request.amendments,
      vouched: request.forge?.vouched,
    })
  return {
    commit,
    tree: await repository.treeOf(commit),
    environment: request.environment,
    policy,
    range,
    suites: withWord(suites, policy, request.forge),
    run: request.run,
    build: await gatherBuild(workspace, request),
    own: next?.policy,
    ownRange: await judgeByOwnSigners(workspace, { ...request, next }),
    policyChange: await gatherPolicyChange(workspace, {
      policy,
      next,
      commit,
      range,
      approvals: request.policyApprovals,
    }),
    waivers: request.waivers,
    // Only who waives must be known to be somebody else: the range can be long.
    authors: request.waivers?.length
      ? await authorsOfRange(repository, { policy, commit, range })
      : [],
    denials: request.denials,
    nextPolicy: await judgeNextPolicy(workspace, commit, request.environment),
    now: clock.now(),
  }
}

/** What a forge objects to is said once, at a mandatory suite: there nobody can waive it. */
function withWord(
  suites: Readonly<Record<string, SuiteEvidence>>,
  { policy }: LoadedPolicy,
  forge: ForgeWord | undefined,
): Readonly<Record<string, SuiteEvidence>> {
  const name = Object.keys(suites).find((one) => policy.suites[one]?.mandatory === true)
  const suite = name === undefined ? undefined : suites[name]
  if (name === undefined || suite === undefined || forge === undefined) return suites
  return { ...suites, [name]: { ...suite, findings: [...suite.findings, ...forge.findings] } }
}

/** A record of thousands of artifacts with long paths fits. */
const MOST_RECORD_BYTES = 16 * 1024 * 1024

/** The build record of a commit, and its artifacts as they lie there now, hashed again. */
export async function gatherBuild(
  workspace: Workspace,
  { commit, policy }: Pick<GatherRequest, 'commit' | 'policy'>,
): Promise<BuildEvidence> {
  const directory = evidenceDirectory(workspace.repository, commit)
  const bytes = await readRegularFile(join(directory, 'build.json'), MOST_RECORD_BYTES)
  if (bytes === undefined) return { record: undefined, artifacts: [], findings: [] }
  const opened = openBuildRecord(bytes, await statementSigners(policy, 'builder'))
  if (opened.kind === 'refused')
    return { record: undefined, artifacts: [], findings: opened.findings }
  const { record, digest } = opened
  const artifacts = await Promise.all(
    record.artifacts.map(async (artifact) => ({
      name: artifact.name,
      digest: await digestOfFile(artifactPath(directory, artifact.digest, artifact.name)),
    })),
  )
  return {
    record: {
      commit: record.commit,
      tree: record.tree,
      artifacts: record.artifacts.map(({ name, digest: built }) => ({ name, digest: built })),
      digest,
    },
    artifacts: artifacts.flatMap(({ name, digest: found }) =>
      found === undefined ? [] : [{ name, digest: found }],
    ),
    findings: [],
  }
}
