import { join, relative } from 'node:path'
import type { Amendment, FileState, RunEvidence, SuiteEvidence } from '@bulkhead/gate'
import { type LoadedPolicy, type SuitePolicy, loadPolicy } from '@bulkhead/policy'
import type { RangeJudgement } from '@bulkhead/signatures'
import {
  type ForgeVouched,
  type Inventory,
  type StoredEvidence,
  type Voucher,
  namedBelowTop,
  openRunRecord,
  parseInventory,
  readReport,
  readSuiteEvidence,
} from '@bulkhead/test-reports'
import { type CommitId, type Finding, InputError } from '@bulkhead/vocabulary'
import { readFileStates } from './file-states.ts'
import { namesOf } from './range-authors.ts'
import { voucherKeys } from './trusted-keys.ts'
import { type Workspace, suitesDirectory } from './workspace.ts'

export interface SuiteRequest {
  readonly commit: CommitId
  /** The policy of the trusted ref. */
  readonly policy: LoadedPolicy
  /** The policy that the judged commit carries; undefined when it cannot be read, which blocks elsewhere. */
  readonly next: LoadedPolicy | undefined
  readonly range: RangeJudgement
  readonly name: string
  readonly suite: SuitePolicy
  /** Approved changes of test files and inventories, signatures checked; none when not given. */
  readonly amendments?: readonly Amendment[] | undefined
  /** Run records that a forge vouches for; none when not given. */
  readonly vouched?: ForgeVouched | undefined
}

/** The policy of a commit, or undefined when it has none that can be read. */
export async function policyCarriedBy(
  { repository }: Pick<Workspace, 'repository'>,
  commit: CommitId,
): Promise<LoadedPolicy | undefined> {
  try {
    return await loadPolicy(repository, commit)
  } catch (error) {
    if (error instanceof InputError) return undefined
    throw error
  }
}

/** Collects what was kept of the runs of a suite, and what its inventories demand. */
export async function gatherSuite(
  workspace: Workspace,
  request: SuiteRequest,
): Promise<SuiteEvidence> {
  const { commit, policy, name, suite } = request
  const directory = suitesDirectory(workspace.repository, commit)
  const kept = await readSuiteEvidence(directory, name)
  const vouchers = voucherKeys(policy).map((key) => ({ key, separation: key.entry.separation }))
  const parts = await Promise.all(
    kept.map((part) =>
      openPart(workspace, suite, part, {
        vouchers,
        forge: request.vouched,
        place: join(relative(workspace.repository.root, directory), name, part.part),
      }),
    ),
  )
  const demands = await gatherDemands(workspace, request)
  return {
    ...demands,
    runs: parts.flatMap(({ run }) => (run === undefined ? [] : [run])),
    findings: [...parts.flatMap(({ findings }) => findings), ...demands.findings],
  }
}

interface Trust {
  readonly vouchers: readonly Voucher[]
  readonly forge: ForgeVouched | undefined
  /** Where the part lies, as findings call it. */
  readonly place: string
}

async function openPart(
  { clock }: Workspace,
  { format }: SuitePolicy,
  { record, reports }: StoredEvidence,
  { vouchers, ...around }: Trust,
): Promise<{ readonly run?: RunEvidence; readonly findings: readonly Finding[] }> {
  const opened = openRunRecord(record ?? Buffer.alloc(0), vouchers, around)
  if (opened.kind === 'refused') return { findings: [opened.finding] }
  const read = await Promise.all(
    reports.map(({ path, open }) => readReport(format, open(), { path, clock })),
  )
  const { root } = opened.run.record
  const placed = read.map((report) => namedBelowTop(report, root))
  return { run: { run: opened.run, reports: placed }, findings: [] }
}

/** What is demanded of a suite beside its policy: by the trusted ref's inventory and by the commit's own. */
export async function gatherDemands(
  workspace: Workspace,
  request: SuiteRequest,
): Promise<Omit<SuiteEvidence, 'runs'>> {
  const { next, name } = request
  const { trusted, head, findings } = await readInventories(workspace, request)
  return {
    headLegs: next?.policy.suites[name]?.legs ?? [],
    inventory: { trusted, head },
    files: await fileStatesOf(workspace, request, { trusted, head }),
    amendments: request.amendments ?? [],
    approvedRemovals: [],
    findings,
  }
}

interface Inventories {
  readonly trusted: Inventory | undefined
  readonly head: Inventory | undefined
}

/**
 * The head's inventory is the one that its own policy names: to point at a shorter one must look like
 * shortening it. A policy that cannot be read blocks by itself.
 */
async function readInventories(
  { repository }: Workspace,
  { commit, policy, next, name, suite }: SuiteRequest,
): Promise<Inventories & { readonly findings: readonly Finding[] }> {
  const path = suite.inventory
  const headPath = next === undefined ? path : next.policy.suites[name]?.inventory
  const trusted = readInventory(path === undefined ? undefined : policy.files.get(path), path, name)
  const file = headPath === undefined ? undefined : await repository.readFile(commit, headPath)
  const head = readInventory(file?.bytes, headPath, name)
  return {
    trusted: trusted.inventory,
    head: head.inventory,
    findings: [...trusted.findings, ...head.findings],
  }
}

function fileStatesOf(
  { repository }: Workspace,
  { commit, policy, range, suite }: SuiteRequest,
  { trusted, head }: Inventories,
): Promise<readonly FileState[]> {
  const signers = new Map(range.commits.map((judged) => [judged.commit, judged.principal]))
  return readFileStates(repository, {
    trusted: policy.trustedRef,
    head: commit,
    paths: [
      ...(suite.inventory === undefined ? [] : [suite.inventory]),
      ...[trusted, head].flatMap((list) => list?.files.map(({ path }) => path) ?? []),
    ],
    signerOf: (id) => signers.get(id),
    namesOf: (address) => namesOf(policy, address),
  })
}

function readInventory(
  bytes: Buffer | undefined,
  path: string | undefined,
  suite: string,
): { readonly inventory: Inventory | undefined; readonly findings: readonly Finding[] } {
  if (bytes === undefined || path === undefined) return { inventory: undefined, findings: [] }
  const parsed = parseInventory(bytes, path, suite)
  return parsed.kind === 'inventory'
    ? { inventory: parsed.inventory, findings: [] }
    : { inventory: undefined, findings: parsed.findings }
}
