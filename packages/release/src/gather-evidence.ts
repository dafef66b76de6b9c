import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openBuildRecord } from '@bulkhead/attest'
import type { BuildEvidence, GateInput, SuiteEvidence } from '@bulkhead/gate'
import type { LoadedPolicy, SuitePolicy } from '@bulkhead/policy'
import {
  type Inventory,
  openRunRecord,
  parseInventory,
  readReport,
  readSuiteEvidence,
} from '@bulkhead/test-reports'
import type { CommitId, Finding } from '@bulkhead/vocabulary'
import { artifactPath } from './build-release.ts'
import { digestOfFile } from './digest-of-file.ts'
import { judgeNextPolicy } from './next-policy.ts'
import { judgeReleaseRange } from './release-range.ts'
import { trustedKeys } from './trusted-keys.ts'
import { type Workspace, evidenceDirectory, suitesDirectory } from './workspace.ts'

export interface GatherRequest {
  readonly commit: CommitId
  readonly environment: string
  /** The policy of the trusted ref; the range judged starts after that ref. */
  readonly policy: LoadedPolicy
}

/** Collects everything that the gate judges, as plain data. What is absent or unreadable is a finding in it. */
export async function gatherEvidence(
  workspace: Workspace,
  request: GatherRequest,
): Promise<GateInput> {
  const { repository, clock } = workspace
  const { commit, policy } = request
  const suites = Object.entries(policy.policy.suites)
  return {
    commit,
    tree: await repository.treeOf(commit),
    environment: request.environment,
    policy,
    range: await judgeReleaseRange(workspace, policy, commit),
    suites: Object.fromEntries(
      await Promise.all(
        suites.map(
          async ([name, suite]) =>
            [name, await gatherSuite(workspace, request, name, suite)] as const,
        ),
      ),
    ),
    build: await gatherBuild(workspace, request),
    nextPolicy: await judgeNextPolicy(workspace, commit, request.environment),
    now: clock.now(),
  }
}

async function gatherSuite(
  workspace: Workspace,
  request: GatherRequest,
  name: string,
  suite: SuitePolicy,
): Promise<SuiteEvidence> {
  const { commit, policy } = request
  const { record, reports } = await readSuiteEvidence(
    suitesDirectory(workspace.repository, commit),
    name,
  )
  const vouchers = trustedKeys(policy, 'voucher').map((key, index) => ({
    key,
    separation: policy.policy.keys.voucher[index]?.separation ?? 'local',
  }))
  const opened = record === undefined ? undefined : openRunRecord(record, vouchers)
  const inventory = await inventoryAt(workspace, { policy, commit, suite, name })
  return {
    run: opened?.kind === 'vouched' ? opened.run : undefined,
    reports: await Promise.all(
      reports.map(({ path, open }) =>
        readReport(suite.format, open(), { path, clock: workspace.clock }),
      ),
    ),
    inventory: inventory.lists,
    findings: [...(opened?.kind === 'refused' ? [opened.finding] : []), ...inventory.findings],
  }
}

interface InventoryRequest {
  readonly policy: LoadedPolicy
  readonly commit: CommitId
  readonly suite: SuitePolicy
  readonly name: string
}

/** The inventory of a suite on the trusted ref and in the judged commit, with what is wrong with either. */
export async function inventoryAt(
  workspace: Workspace,
  { policy, commit, suite, name }: InventoryRequest,
) {
  const path = suite.inventory
  if (path === undefined) return { lists: { trusted: undefined, head: undefined }, findings: [] }
  const trusted = readInventory(policy.files.get(path), path, name)
  const head = readInventory((await workspace.repository.readFile(commit, path))?.bytes, path, name)
  return {
    lists: { trusted: trusted.inventory, head: head.inventory },
    findings: [...trusted.findings, ...head.findings],
  }
}

interface ReadInventory {
  readonly inventory: Inventory | undefined
  readonly findings: readonly Finding[]
}

function readInventory(bytes: Buffer | undefined, path: string, suite: string): ReadInventory {
  if (bytes === undefined) return { inventory: undefined, findings: [] }
  const parsed = parseInventory(bytes, path, suite)
  return parsed.kind === 'inventory'
    ? { inventory: parsed.inventory, findings: [] }
    : { inventory: undefined, findings: parsed.findings }
}

/** The build record of a commit, and its artifacts as they lie there now, hashed again. */
export async function gatherBuild(
  workspace: Workspace,
  { commit, policy }: Pick<GatherRequest, 'commit' | 'policy'>,
): Promise<BuildEvidence> {
  const directory = evidenceDirectory(workspace.repository, commit)
  const bytes = await readFile(join(directory, 'build.json')).catch(() => undefined)
  if (bytes === undefined) return { record: undefined, artifacts: [], findings: [] }
  const opened = openBuildRecord(bytes, trustedKeys(policy, 'builder'))
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
