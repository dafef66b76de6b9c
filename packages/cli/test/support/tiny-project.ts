import { cp, mkdir, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { initialise, openWorkspace, writeInventories } from '@bulkhead/release'
import { type GitFixture, type Person, makePerson, makeRepository } from '@bulkhead/testkit'
import type { CommitId } from '@bulkhead/vocabulary'
import { TINY_APP, type TinyPolicy, policyText } from './tiny-app.ts'

/** The tiny app in a repository of somebody who signs their commits. */
export interface TinyProject {
  readonly directory: string
  readonly repository: GitFixture
  readonly ada: Person
  /** Known to nobody. */
  readonly mallory: Person
}

/** A project that has not met Bulkhead yet: the app's files, uncommitted, and a signing key. */
export async function makeTinyProject(directory: string): Promise<TinyProject> {
  await mkdir(directory, { recursive: true })
  const [ada, mallory] = await Promise.all([
    makePerson('Ada', directory),
    makePerson('Mallory', directory),
  ])
  const repository = await makeRepository(join(directory, 'work tree'))
  await repository.git('config', 'user.email', ada.email)
  await repository.git('config', 'user.name', ada.name)
  await repository.git('config', 'user.signingkey', ada.keyFile)
  await writeFiles(repository.path, TINY_APP)
  return { directory, repository, ada, mallory }
}

/** Has the project adopt Bulkhead as its README says, without a process for each step. */
export async function adopt(
  project: TinyProject,
  policy: TinyPolicy | { readonly text: string },
): Promise<CommitId> {
  const { repository, ada } = project
  const workspace = await openWorkspace(repository.path)
  try {
    await initialise(workspace)
    await writeFiles(repository.path, {
      'bulkhead.yml': 'text' in policy ? policy.text : policyText(policy),
    })
    const signal = new AbortController().signal
    await writeInventories(workspace, { suites: [], onOutput: () => undefined, signal })
  } finally {
    await workspace.repository.close()
  }
  const genesis = await repository.commit({ by: ada, message: 'Adopt Bulkhead' })
  await repository.git('config', 'bulkhead.genesis', genesis)
  return genesis
}

/** A copy of a project, keys and all, for a test that spoils it. */
export async function copyOf(project: TinyProject, directory: string): Promise<TinyProject> {
  const path = join(directory, 'work tree')
  await cp(project.repository.path, path, { recursive: true })
  return { ...project, directory, repository: await makeRepository(path) }
}

export async function writeFiles(
  root: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await writeFile(join(root, name), text)
  }
}

/** A TCP port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new TypeError('TCP was asked for')
  return address.port
}
