import { matchesGlob } from 'node:path'
import type { Repository } from '@bulkhead/git'
import type { EnvironmentState } from '@bulkhead/ledger'
import type { EnvironmentPolicy, MigrationsPolicy } from '@bulkhead/policy'
import { type ShippedRelease, listed } from '@bulkhead/rollout'
import type { CommitId, Finding } from '@bulkhead/vocabulary'
import { previousOf } from './plan-environment.ts'

/** What tells one release's migrations from another's. */
export interface MigrationHistory {
  readonly repository: Pick<Repository, 'changes' | 'isAncestor'>
  readonly policy: Pick<EnvironmentPolicy, 'migrations' | 'regions' | 'artifact'>
}

/** Two releases: code of `before` would run on a database that `after` has migrated. */
export interface Succession {
  readonly before: CommitId
  readonly after: CommitId
}

/**
 * Migrations that `after` has, and `before` lacks or has otherwise, and that do not only add. What is
 * told by no pattern contracts: a forgotten tag closes the way back and opens none.
 */
export async function contractsBetween(
  { repository, policy: { migrations } }: MigrationHistory,
  { before, after }: Succession,
): Promise<readonly string[]> {
  if (migrations === undefined || before === after) return []
  const changes = await repository.changes(before, after)
  return changes
    .filter(({ path, gone }) => !gone && contracts(path, migrations))
    .map(({ path }) => path)
    .sort()
}

const contracts = (path: string, { paths, expand }: MigrationsPolicy): boolean =>
  paths.some((glob) => path === glob || lies(path, glob)) &&
  !expand.some((glob) => path === glob || matchesGlob(path, glob))

/** Globs pass over names with a dot in front, and over a link or submodule in place of a folder. */
function lies(path: string, glob: string): boolean {
  const shown = path.replaceAll(/(^|\/)\.+/g, '$1')
  return [path, shown, `${shown}/below`].some((each) => matchesGlob(each, glob))
}

/** Which migrations keep a release from being taken back, region by region. */
export async function contractsByRegion(
  history: MigrationHistory,
  state: Pick<EnvironmentState, 'regions' | 'released'>,
  { commit }: Pick<ShippedRelease, 'commit'>,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const previous = previousOf(state, history.policy)
  const known = new Map<CommitId, readonly string[]>()
  const found: Record<string, readonly string[]> = {}
  for (const [region, { commit: before }] of Object.entries(previous)) {
    const contracting =
      known.get(before) ?? (await contractsBetween(history, { before, after: commit }))
    known.set(before, contracting)
    found[region] = contracting
  }
  return found
}

type Begun = Pick<EnvironmentState, 'regions' | 'released' | 'rollouts' | 'unfinished'>

/**
 * Why a release may not come now: one that has begun here has contracted the database, and this one
 * does not contain that. Whoever descends from it may have cleared old migrations away.
 */
export async function refuseOverContract(
  history: MigrationHistory,
  state: Begun,
  wanted: CommitId,
): Promise<readonly Finding[]> {
  if (history.policy.migrations === undefined) return []
  const findings: Finding[] = []
  for (const begun of begunReleases(state)) {
    if (await history.repository.isAncestor(begun, wanted)) continue
    const between = await contractsBetween(history, { before: wanted, after: begun })
    if (between.length > 0) findings.push(overContract({ before: wanted, after: begun }, between))
  }
  return findings
}

function begunReleases({ regions, released, rollouts, unfinished }: Begun): Set<CommitId> {
  const placed = [...rollouts, ...unfinished].filter(({ steps }) => steps > 0)
  return new Set(
    [...placed, ...Object.values(regions), ...(released ? [released] : [])].map(
      ({ commit }) => commit,
    ),
  )
}

export const overContract = (
  { before, after }: Succession,
  between: readonly string[],
): Finding => ({
  code: 'rollout/forward-only',
  subject: before,
  message: `cannot run on the database of ${after.slice(0, 8)}, which is contracted by ${listed(between)}: roll forward only`,
  remedy: `Mend it on top of ${after} and ship that (\`bulkhead ship\`); or undo the migration by one that adds again, and ship that.`,
})
