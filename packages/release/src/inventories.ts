import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LoadedPolicy, SuitePolicy } from '@bulkhead/policy'
import {
  type Inventory,
  type TestId,
  diffInventory,
  judgeId,
  makeInventory,
  parseInventory,
  printInventory,
} from '@bulkhead/test-reports'
import { type Finding, InputError, commitId } from '@bulkhead/vocabulary'
import { writeWhole } from './build-release.ts'
import { type FileComparison, compareTestFiles } from './listed-files.ts'
import { observeSuite } from './observe-suite.ts'
import { legOf } from './suite-parts.ts'
import { suiteOf, worktreePolicy } from './working-policy.ts'
import type { Workspace } from './workspace.ts'

export interface InventoryRequest {
  /** Names of mandatory suites; all of them when empty. */
  readonly suites: readonly string[]
  /** The leg that this machine stands for, in suites that declare legs. */
  readonly leg?: string
  /** Paths or globs of files that the tests are made of, besides those that their ids name. */
  readonly files?: readonly string[]
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
  readonly files: FileComparison
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
  for (const { comparison, tests } of compared) {
    if (comparison.findings.length > 0) continue
    const file = join(workspace.repository.root, comparison.path)
    const inventory = makeInventory(comparison.suite, tests, comparison.files.files)
    await writeWhole(file, Buffer.from(printInventory(inventory)))
  }
  return compared.map(({ comparison }) => comparison)
}

interface Compared {
  readonly comparison: InventoryComparison
  /** What the inventory should list: the tests that ran here, and those of the other legs. */
  readonly tests: readonly TestId[]
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
  const leg = legOf(request, name, suite)
  const { runs, findings } = await observeSuite(workspace, {
    ...request,
    name,
    suite,
    commit: NO_COMMIT,
    leg,
  })
  const reports = runs.flatMap((run) => run.reports)
  const ran = reports.flatMap((report) => report.cases).map(({ id }) => withLeg(id, leg))
  const path = suite.inventory ?? ''
  const listed = await listedInventory(workspace, path, name)
  const { here, elsewhere } = splitByLeg(listed.tests, suite.legs, leg)
  const { missing, unlisted } = diffInventory(here, ran)
  const files = await compareTestFiles(workspace, {
    ran,
    listed: listed.files,
    named: request.files ?? [],
    near: path,
  })
  const comparison = {
    suite: name,
    path,
    tests: ran.length,
    missing,
    unlisted,
    files,
    findings: [
      ...findings,
      ...runs.flatMap(({ run }) => runFindings(name, run.record.end)),
      ...reports.flatMap((report) => report.findings),
      ...ran.flatMap(judgeId),
      ...duplicates(name, ran),
      ...files.findings,
    ],
  }
  return { comparison, tests: [...ran, ...elsewhere] }
}

const withLeg = (id: TestId, leg: string): TestId => (leg === '' ? id : { ...id, leg })

/** What is listed for this leg, and for the others; an id without a leg is listed for every one. */
function splitByLeg(
  tests: readonly TestId[],
  legs: readonly string[],
  leg: string,
): { readonly here: readonly TestId[]; readonly elsewhere: readonly TestId[] } {
  if (leg === '') return { here: tests, elsewhere: [] }
  const others = legs.filter((other) => other !== leg)
  return {
    here: tests.flatMap((id) => (id.leg === undefined || id.leg === leg ? [{ ...id, leg }] : [])),
    elsewhere: tests.flatMap((id) =>
      others.flatMap((other) =>
        id.leg === undefined || id.leg === other ? [{ ...id, leg: other }] : [],
      ),
    ),
  }
}

async function listedInventory(
  { repository }: Workspace,
  path: string,
  suite: string,
): Promise<Inventory> {
  const nothing = makeInventory(suite, [])
  const bytes = await readFile(join(repository.root, path)).catch(() => undefined)
  if (bytes === undefined) return nothing
  const parsed = parseInventory(bytes, path, suite)
  return parsed.kind === 'inventory' ? parsed.inventory : nothing
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
