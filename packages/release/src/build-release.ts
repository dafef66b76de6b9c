import { createHash } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type BuildRecord, signBuildRecord } from '@bulkhead/attest'
import type { LoadedPolicy } from '@bulkhead/policy'
import { type Digest, InputError, WorldError, digest, hexOf } from '@bulkhead/vocabulary'
import { cleanHead } from './clean-head.ts'
import { readRegularFile } from '@bulkhead/world'
import { type Keyring, statementSignerFor } from './keyring.ts'
import { type Workspace, evidenceDirectory } from './workspace.ts'

export interface BuildRequest {
  readonly policy: LoadedPolicy
  readonly keyring: Keyring
  readonly onOutput?: (chunk: Uint8Array) => void
  readonly signal?: AbortSignal
}

/** An artifact is held in memory once, so that what is hashed is what is kept. */
const MOST_ARTIFACT_BYTES = 2 * 1024 ** 3 - 1

const BUILD_TIMEOUT_MS = 30 * 60_000

/**
 * Builds the commit that is checked out and binds the artifacts to it: a signed build record beside a
 * copy of each artifact, by digest.
 */
export async function buildRelease(
  workspace: Workspace,
  request: BuildRequest,
): Promise<BuildRecord> {
  const { repository, clock } = workspace
  const commit = await cleanHead(workspace)
  const command = request.policy.policy.build.command
  const startedAt = new Date(clock.now()).toISOString()
  if (command !== undefined) await runBuild(workspace, command, request)
  if ((await cleanHead(workspace)) !== commit) throw changedWhileBuilding(repository.root)
  const directory = evidenceDirectory(repository, commit)
  const artifacts = await Promise.all(
    request.policy.policy.build.artifacts.map((path) =>
      keepArtifact(repository.root, path, directory),
    ),
  )
  const record: BuildRecord = {
    commit,
    tree: await repository.treeOf(commit),
    command: command ?? [],
    startedAt,
    endedAt: new Date(clock.now()).toISOString(),
    artifacts,
  }
  await writeWhole(
    join(directory, 'build.json'),
    await signBuildRecord(record, statementSignerFor('builder', request.keyring, request.policy)),
  )
  return record
}

async function runBuild(
  workspace: Workspace,
  argv: readonly [string, ...string[]],
  request: BuildRequest,
): Promise<void> {
  const { onOutput, signal } = request
  const { end, stderr, stdout } = await workspace.run({
    argv,
    cwd: workspace.repository.root,
    timeout: BUILD_TIMEOUT_MS,
    ...(onOutput === undefined ? {} : { onOutput }),
    ...(signal === undefined ? {} : { signal }),
  })
  if (end.kind === 'exited' && end.code === 0) return
  const last = `${stdout.toString()}${stderr.toString()}`.trim().split('\n').slice(-5).join('\n')
  throw new InputError({
    code: 'usage/build-failed',
    subject: argv.join(' '),
    message: `${end.kind === 'exited' ? `exited with ${end.code}` : end.kind}: ${last}`,
    remedy: 'mend the build; run the command by itself to see all it prints',
  })
}

const changedWhileBuilding = (root: string) =>
  new InputError({
    code: 'git/dirty-worktree',
    subject: root,
    message: 'another commit was checked out while building',
    remedy: 'build in a work tree of its own: `git worktree add`',
  })

/** Copies one artifact to the evidence by its digest; the bytes hashed are the bytes kept. */
async function keepArtifact(
  root: string,
  path: string,
  directory: string,
): Promise<BuildRecord['artifacts'][number]> {
  const bytes = await readRegularFile(join(root, path), MOST_ARTIFACT_BYTES)
  if (bytes === undefined) {
    throw new InputError({
      code: 'usage/unreadable-file',
      subject: path,
      message: 'the build did not leave this artifact as a file of at most 2 GiB',
      remedy: 'check `build.artifacts` in bulkhead.yml against what the build writes',
    })
  }
  const found: Digest = digest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`)
  await writeWhole(artifactPath(directory, found, path), bytes)
  return { name: path, digest: found, bytes: bytes.byteLength }
}

/** Where the evidence keeps an artifact. */
export const artifactPath = (directory: string, artifact: Digest, name: string): string =>
  join(directory, 'artifacts', hexOf(artifact), basename(name))

/** Writes a file so that a crash leaves the old one or the new one, never a part. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(temporary, bytes)
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw new WorldError(
      {
        code: 'usage/unwritable-file',
        subject: path,
        message: 'could not be written',
        remedy: 'check the disk and the permissions of the folder',
      },
      { cause },
    )
  }
}
