import type { HotfixOnRecord } from '@bulkhead/ledger'
import type { CommitId, Finding } from '@bulkhead/vocabulary'
import { type SemVer, compare, inc, parse } from 'semver'
import type { Workspace } from '../workspace.ts'
import { runGit } from './git-command.ts'

/**
 * Tags the commit that ships as the next patch of the version that was deployed: `vX.Y.(Z+1)`. Signed
 * where git has a key to sign with. Called again it finds its tag.
 * @returns the tag, or why there is none
 */
export async function tagHotfix(
  workspace: Workspace,
  { commit, base, id }: HotfixOnRecord,
): Promise<string | readonly Finding[]> {
  const own = newest(await tagsAt(workspace, ['--points-at', commit]))
  if (own !== undefined) return tagOf(own)
  const deployed = newest(await tagsAt(workspace, ['--merged', base ?? commit]))
  if (deployed === undefined) return [untagged(base ?? commit, id)]
  const next = await freeVersion(workspace, deployed)
  const key = await workspace.repository.configValue('user.signingkey')
  const how = key === undefined ? '--annotate' : '--sign'
  const tag = ['tag', how, '--message', `Hotfix ${next}`, next, commit]
  await runGit(workspace, tag, await taggerOf(workspace))
  return next
}

const tagOf = (version: SemVer): string => `v${version.version}`

/** A patch may have been tagged on another line meanwhile: then the one after it. */
async function freeVersion(workspace: Workspace, deployed: SemVer): Promise<string> {
  const taken = new Set((await tagsAt(workspace, [])).map(tagOf))
  for (let version = deployed.version; ;) {
    version = inc(version, 'patch') ?? version
    if (!taken.has(`v${version}`)) return `v${version}`
  }
}

const tagsAt = async (workspace: Workspace, where: readonly string[]): Promise<readonly SemVer[]> =>
  (await runGit(workspace, ['tag', '--list', 'v*', ...where]))
    .split('\n')
    .flatMap((tag) => (tag.startsWith('v') ? (parse(tag.slice(1)) ?? []) : []))
    .filter((version) => version.prerelease.length === 0)

const newest = (versions: readonly SemVer[]): SemVer | undefined =>
  versions.toSorted(compare).at(-1)

/** A machine of nobody's has no name that git could write into a tag. */
const taggerOf = async ({ repository }: Workspace): Promise<Readonly<Record<string, string>>> =>
  (await repository.configValue('user.email')) === undefined
    ? { GIT_COMMITTER_NAME: 'bulkhead', GIT_COMMITTER_EMAIL: 'noreply@bulkhead.invalid' }
    : {}

/** A branch to write a fix on: it begins where the ledger says that the environment is. */
export async function branchFrom(
  workspace: Workspace,
  deployed: CommitId,
  name: string,
): Promise<void> {
  await runGit(workspace, ['branch', '--no-track', name, deployed])
}

const untagged = (commit: CommitId, hotfix: number): Finding => ({
  code: 'hotfix/debt-open',
  subject: 'tag',
  message: `no tag vX.Y.Z leads to ${commit}, so there is no version to count on from`,
  remedy: `tag what ships (\`git tag -s v1.0.1\`), then \`bulkhead hotfix repay tag --hotfix ${hotfix}\``,
})
