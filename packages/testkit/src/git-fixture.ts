import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type CommitId, commitId } from '@bulkhead/vocabulary'
import { succeed } from './command.ts'
import type { Person } from './person.ts'

export interface CommitRequest {
  readonly by: Person
  readonly message: string
  /** Path → new text; null deletes. */
  readonly files?: Readonly<Record<string, string | null>>
  /** The key that signs: the committer's by default, somebody else's, or none. */
  readonly signedBy?: Person | null
}

/** A repository on disk driven by the real git, untouched by the machine's own configuration. */
export interface GitFixture {
  readonly path: string
  git(...args: readonly string[]): Promise<string>
  commit(request: CommitRequest): Promise<CommitId>
}

const ISOLATED = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: process.platform === 'win32' ? 'NUL' : '/dev/null',
}

/** Makes `path` a repository whose first branch is `main`. */
export async function makeRepository(
  path: string,
  options: { readonly objectFormat?: 'sha1' | 'sha256' } = {},
): Promise<GitFixture> {
  await mkdir(path, { recursive: true })
  const git = (...args: readonly string[]) =>
    succeed(['git', ...args], { cwd: path, env: ISOLATED })
  await git(
    'init',
    '--quiet',
    '--initial-branch=main',
    `--object-format=${options.objectFormat ?? 'sha1'}`,
  )
  for (const [key, value] of [
    ['gpg.format', 'ssh'],
    ['commit.gpgsign', 'false'],
    ['core.autocrlf', 'false'],
    ['gc.auto', '0'],
  ] as const) {
    await git('config', key, value)
  }
  return { path, git, commit: (request) => commit(path, git, request) }
}

async function commit(
  path: string,
  git: GitFixture['git'],
  request: CommitRequest,
): Promise<CommitId> {
  for (const [name, text] of Object.entries(request.files ?? {})) {
    if (text === null) await git('rm', '--quiet', '--', name)
    else {
      await mkdir(dirname(join(path, name)), { recursive: true })
      await writeFile(join(path, name), text)
    }
  }
  await git('add', '--all')
  const signer = request.signedBy === undefined ? request.by : request.signedBy
  const signing = signer === null ? ['--no-gpg-sign'] : [`--gpg-sign=${signer.keyFile}`]
  const identity = ['-c', `user.name=${request.by.name}`, '-c', `user.email=${request.by.email}`]
  await git(
    ...identity,
    'commit',
    '--quiet',
    '--allow-empty',
    ...signing,
    '--message',
    request.message,
  )
  return commitId((await git('rev-parse', 'HEAD')).trim())
}
