import { type DescentFact, type RegressionTest, bindingFixes, judgeDescent } from '@bulkhead/hotfix'
import type { HotfixOnRecord } from '@bulkhead/ledger'
import { type LoadedPolicy, loadPolicy } from '@bulkhead/policy'
import { type TestId, parseInventory } from '@bulkhead/test-reports'
import type { CommitId, Finding } from '@bulkhead/vocabulary'
import type { Workspace } from '../workspace.ts'

export interface DescentQuestion {
  readonly commit: CommitId
  /** Every hotfix on record in the environment. */
  readonly hotfixes: readonly HotfixOnRecord[]
}

/** Why a release may not ship, in either lane: it lacks a fix that is out, or its test (law 10). */
export const refuseLostFixes = async (
  workspace: Workspace,
  question: DescentQuestion,
): Promise<readonly Finding[]> =>
  judgeDescent(question.commit, await descentFacts(workspace, question))

/** How a release stands to every fix that is out. */
export async function descentFacts(
  { repository }: Workspace,
  { commit, hotfixes }: DescentQuestion,
): Promise<readonly DescentFact[]> {
  const facts: DescentFact[] = []
  for (const hotfix of bindingFixes(hotfixes)) {
    if (hotfix.commit === commit) continue
    const has = await waysOf(repository, hotfix, commit)
    const unlisted = has === 'nothing' ? [] : await unlistedTests(repository, hotfix, commit)
    facts.push({ hotfix, has, unlisted })
  }
  return facts
}

type Repository = Workspace['repository']

async function waysOf(
  repository: Repository,
  { commit: fix, base }: HotfixOnRecord,
  commit: CommitId,
): Promise<DescentFact['has']> {
  if (await repository.isAncestor(fix, commit)) return 'ancestor'
  return (await repository.hasPatches({ base, head: fix, other: commit })) ? 'patch' : 'nothing'
}

/** What the hotfix added to inventories of mandatory suites, and the commit no longer lists there. */
async function unlistedTests(
  repository: Repository,
  { commit: fix, base }: HotfixOnRecord,
  commit: CommitId,
): Promise<readonly RegressionTest[]> {
  if (base === null) return []
  const [before, fixed, now] = [
    await mandatoryTests(repository, base),
    await mandatoryTests(repository, fix),
    await mandatoryTests(repository, commit),
  ]
  return [...fixed].flatMap(([key, test]) => (before.has(key) || now.has(key) ? [] : [test]))
}

/** Listed tests of mandatory suites, by suite and id. */
async function mandatoryTests(
  repository: Repository,
  commit: CommitId,
): Promise<ReadonlyMap<string, RegressionTest>> {
  const loaded = await loadPolicy(repository, commit)
  const suites = Object.entries(loaded.policy.suites).filter(([, { mandatory }]) => mandatory)
  return new Map(
    suites.flatMap(([suite, { inventory }]) =>
      listedTests(loaded, suite, inventory).map((test) => {
        const { file, className, name, leg = '' } = test
        return [
          JSON.stringify([suite, file, className, name, leg]),
          { suite, id: [file, className, name, leg].filter(Boolean).join(' › ') },
        ]
      }),
    ),
  )
}

function listedTests(
  { files }: LoadedPolicy,
  suite: string,
  path: string | undefined,
): readonly TestId[] {
  const bytes = path === undefined ? undefined : files.get(path)
  if (bytes === undefined || path === undefined) return []
  const parsed = parseInventory(bytes, path, suite)
  return parsed.kind === 'inventory' ? parsed.inventory.tests : []
}
