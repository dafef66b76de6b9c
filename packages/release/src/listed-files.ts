import { readFile } from 'node:fs/promises'
import { join, matchesGlob } from 'node:path'
import { type TestFile, type TestId, isListablePath } from '@bulkhead/test-reports'
import { type Finding, InputError, WorldError } from '@bulkhead/vocabulary'
import { digestAt, digestOfBytes } from './file-states.ts'
import { findTestFiles } from './test-file-search.ts'
import type { Workspace } from './workspace.ts'

/** The test files of a suite as they lie in the work tree, beside what its inventory lists. */
export interface FileComparison {
  readonly files: readonly TestFile[]
  /** Paths that are not listed yet. */
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
  /** Tests whose ids name no file of the repository. */
  readonly without: readonly TestId[]
  readonly findings: readonly Finding[]
}

export interface FilesRequest {
  readonly ran: readonly TestId[]
  readonly listed: readonly TestFile[]
  /** Paths or globs of further files that the tests are made of. */
  readonly named: readonly string[]
  /** Path of the inventory: of several files that fit, the nearest is meant. */
  readonly near: string
}

/** Finds the files that tests are made of: those of the ids that ran, those listed, those named. */
export async function compareTestFiles(
  workspace: Workspace,
  { ran, listed, named, near }: FilesRequest,
): Promise<FileComparison> {
  const all = await filesOfRepository(workspace)
  const { root } = workspace.repository
  const { files: found, without } = findTestFiles(ran, { files: all, root, near })
  const there = new Set(all)
  const paths = new Set([
    ...found,
    ...listed.flatMap(({ path }) => (there.has(path) ? [path] : [])),
    ...named.flatMap((glob) => matching(all, glob)),
  ])
  const files = await digestsOf(workspace, [...paths].sort().filter(isListablePath))
  const before = new Map(listed.map(({ path, digest }) => [path, digest]))
  return {
    files,
    added: files.flatMap(({ path }) => (before.has(path) ? [] : [path])),
    changed: files.flatMap(({ path, digest }) =>
      before.has(path) && before.get(path) !== digest ? [path] : [],
    ),
    removed: listed.flatMap(({ path }) => (there.has(path) ? [] : [path])).sort(),
    without,
    findings: [...paths].filter((path) => !isListablePath(path)).map(confusingPath),
  }
}

/** @throws InputError for a glob that matches nothing: a typo must not look like a wish granted */
function matching(all: readonly string[], glob: string): readonly string[] {
  const found = all.filter((path) => path === glob || matchesGlob(path, glob))
  if (found.length > 0) return found
  throw new InputError({
    code: 'usage/invalid-option',
    subject: `--file ${glob}`,
    message: 'no file of the repository is called so',
    remedy: 'name a path or glob from the top of the repository, for example test/**/*.ts',
  })
}

const confusingPath = (path: string): Finding => ({
  code: 'test/confusing-name',
  subject: path,
  message: 'the path of this test file has characters by which it could be mistaken for another',
  remedy: 'rename the file without them',
})

/** Content as git keeps it: of an unchanged file the blob, for a checkout may have other line ends. */
async function digestsOf(
  { repository }: Workspace,
  paths: readonly string[],
): Promise<readonly TestFile[]> {
  const dirty = new Set(await repository.dirtyPaths())
  const head = await repository.resolveCommit('HEAD').catch(() => undefined)
  const files: TestFile[] = []
  for (const path of paths) {
    const kept =
      head === undefined || dirty.has(path) ? null : await digestAt(repository, head, path)
    files.push({
      path,
      digest: kept ?? digestOfBytes(await readFile(join(repository.root, path))),
    })
  }
  return files
}

async function filesOfRepository({ repository, run }: Workspace): Promise<readonly string[]> {
  const argv = ['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'] as const
  const { end, stdout, stderr } = await run({ argv, cwd: repository.root })
  if (end.kind !== 'exited' || end.code !== 0)
    throw new WorldError({
      code: 'git/failed',
      subject: repository.root,
      message: `git could not list the files of the repository: ${stderr.toString().trim()}`,
      remedy: 'run `git ls-files` there and mend what it says',
    })
  const deleted = await deletedFiles({ repository, run })
  return [...new Set(stdout.toString().split('\0'))].filter(
    (path) => path !== '' && !deleted.has(path),
  )
}

async function deletedFiles({
  repository,
  run,
}: Pick<Workspace, 'repository' | 'run'>): Promise<ReadonlySet<string>> {
  const { stdout } = await run({
    argv: ['git', 'ls-files', '-z', '--deleted'],
    cwd: repository.root,
  })
  return new Set(stdout.toString().split('\0'))
}
