import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LoadedPolicy, SuitePolicy } from '@bulkhead/policy'
import {
  type TestId,
  diffInventory,
  judgeId,
  makeInventory,
  parseInventory,
  printInventory,
} from '@bulkhead/test-reports'
import { type Finding, InputError, commitId } from '@bulkhead/vocabulary'
import { writeWhole } from './build-release.ts'
import { observeSuite } from './observe-suite.ts'
import { suiteOf, worktreePolicy } from './working-policy.ts'
import type { Workspace } from './workspace.ts'

export interface InventoryRequest {
  /** Names of mandatory suites; all of them when empty. */
  readonly suites: readonly string[]
  readonly onOutput: (chunk: Uint8Array) => void
  readonly signal: AbortSignal
}

/** What one suite ran, beside what its inventory in the work tree lists. */
export interface InventoryComparison {
  readonly suite: string
  readonly path: string
  readonly tests: number
  readonly missing: readonly TestId[]
  readonly unlisted: readonly TestId[]
  /** Why these tests are not fit to be required: the run failed, an id could be mistaken. */
  readonly findings: readonly Finding[]
}

/** Runs suites in the work tree, committed or not, and compares what ran with their inventories. */
export async function compareInventories(
  workspace: Workspace,
  request: InventoryRequest,
): Promise<readonly InventoryComparison[]> {
  const compared = await compareAll(workspace, request)
  return compared.map(({ comparison }) => comparison)
}

/** As {@link compareInventories}, and writes down what ran wherever nothing speaks against it. */
export async function writeInventories(
  workspace: Workspace,
  request: InventoryRequest,
): Promise<readonly InventoryComparison[]> {
  const compared = await compareAll(workspace, request)
  for (const { comparison, ran } of compared) {
    if (comparison.findings.length > 0) continue
    const file = join(workspace.repository.root, comparison.path)
    await writeWhole(file, Buffer.from(printInventory(makeInventory(comparison.suite, ran))))
  }
  return compared.map(({ comparison }) => comparison)
}

interface Compared {
  readonly comparison: InventoryComparison
  readonly ran: readonly TestId[]
}

async function compareAll(
  workspace: Workspace,
  request: InventoryRequest,
): Promise<readonly Compared[]> {
  const policy = await worktreePolicy(workspace)
  const compared: Compared[] = []
  for (const name of chosenSuites(policy, request.suites))
    compared.push(await compareOne(workspace, request, { name, suite: suiteOf(policy, name) }))
  return compared
}

function chosenSuites(policy: LoadedPolicy, named: readonly string[]): readonly string[] {
  const { suites } = policy.policy
  const listed = Object.keys(suites).filter((name) => suites[name]?.inventory !== undefined)
  const without = named.find((name) => suiteOf(policy, name).inventory === undefined)
  if (without === undefined) return named.length > 0 ? named : listed
  throw new InputError({
    code: 'usage/invalid-option',
    subject: `--suite ${without}`,
    message: 'the suite has no inventory',
    remedy: `add \`inventory: .bulkhead/inventory/${without}.json\` to the suite in bulkhead.yml`,
  })
}

/** What runs in a work tree is of no commit; the record that says so is thrown away. */
const NO_COMMIT = commitId('0'.repeat(40))

async function compareOne(
  workspace: Workspace,
  request: InventoryRequest,
  { name, suite }: { readonly name: string; readonly suite: SuitePolicy },
): Promise<Compared> {
  const { run, reports, findings } = await observeSuite(workspace, {
    ...request,
    name,
    suite,
    commit: NO_COMMIT,
  })
  const cases = reports.flatMap((report) => report.cases)
  const ran = cases.map((test) => test.id)
  const path = suite.inventory ?? ''
  const { missing, unlisted } = diffInventory(await listedTests(workspace, path, name), ran)
  const comparison = {
    suite: name,
    path,
    tests: cases.length,
    missing,
    unlisted,
    findings: [
      ...findings,
      ...runFindings(name, run.record.end),
      ...reports.flatMap((report) => report.findings),
      ...ran.flatMap(judgeId),
      ...duplicates(name, ran),
    ],
  }
  return { comparison, ran }
}

async function listedTests(
  { repository }: Workspace,
  path: string,
  suite: string,
): Promise<readonly TestId[]> {
  const bytes = await readFile(join(repository.root, path)).catch(() => undefined)
  if (bytes === undefined) return []
  const parsed = parseInventory(bytes, path, suite)
  return parsed.kind === 'inventory' ? parsed.inventory.tests : []
}

/** An inventory of a run that failed would require too little. */
function runFindings(
  suite: string,
  end: { readonly kind: string; readonly code?: number },
): readonly Finding[] {
  if (end.kind === 'exited' && end.code === 0) return []
  return [
    {
      code: 'gate/exit-code',
      subject: suite,
      message: `the suite did not pass (${end.kind}${end.code === undefined ? '' : ` with ${end.code}`})`,
      remedy: 'mend what failed and run `bulkhead inventory update` again',
    },
  ]
}

const duplicates = (suite: string, ran: readonly TestId[]): readonly Finding[] =>
  diffInventory(ran, ran).duplicate.map((id) => ({
    code: 'gate/flaky-test',
    subject: `${suite}: ${id.name}`,
    message: 'several tests have this id',
    remedy: 'give each test a name of its own',
  }))
