import { stat } from 'node:fs/promises'
import { type CommitId, InputError, blobId } from '@bulkhead/vocabulary'
import { type RunProcess, runProcess as runRealProcess } from '@bulkhead/world'
import { findChanges, hasPatches } from './changes.ts'
import { linksOf } from './commit-links.ts'
import { isAncestor, isReachable, readRange } from './commit-range.ts'
import { findDirtyPaths } from './dirty-paths.ts'
import { type Git, type GitAnswer, expectCode, gitFailed, gitIn } from './git-command.ts'
import { missingObject } from './object-failures.ts'
import { type ObjectReader, readObjects } from './object-reader.ts'
import { findObstacles } from './obstacles.ts'
import { makeMerger } from './recompute-merge.ts'
import { type ReadObject, rememberObjects } from './remembered-objects.ts'
import type { FileAtCommit, Repository } from './repository.ts'
import { resolveRef, resolveRevision, targetOfRef } from './resolve-commit.ts'
import { findFile } from './tree-path.ts'

export interface OpenRepositoryOptions {
  /** How git's short-lived commands are run; the real one by default. */
  readonly runProcess?: RunProcess
}

interface Place {
  readonly root: string
  readonly gitDirectory: string
  readonly objectFormat: 'sha1' | 'sha256'
  readonly bare: boolean
}

/**
 * Opens the repository that holds `directory`: a work tree, a linked work tree or a bare repository,
 * SHA-1 or SHA-256. Close it, or hold it with `await using`.
 * @throws InputError `git/not-a-repository`
 * @throws WorldError `git/failed` when git cannot be run
 */
export async function openRepository(
  directory: string,
  { runProcess = runRealProcess }: OpenRepositoryOptions = {},
): Promise<Repository & AsyncDisposable> {
  const place = await findPlace(directory, runProcess)
  const git = gitIn(place.root, runProcess)
  const reader = readObjects({ cwd: place.root, objectFormat: place.objectFormat })
  const { root, gitDirectory, objectFormat } = place
  const readAgain = rememberObjects((id) => reader.readObject(id))
  const merger = makeMerger(place, runProcess)
  const close = async () => {
    await Promise.all([reader.close(), merger.close()])
  }
  return {
    root,
    gitDirectory,
    objectFormat,
    resolveCommit: (revision) => resolveRevision(git, reader, revision),
    refTarget: (fullName) => targetOfRef(git, fullName),
    readRef: (fullName) => resolveRef(git, reader, fullName),
    findTip: (fullName) => reader.findTip(fullName),
    readObject: (id) => reader.readObject(id),
    readAgain,
    treeOf: (commit) => treeOfCommit(readAgain, commit),
    readFile: (commit, path) => readFileAt(reader, readAgain, commit, path),
    readRange: (range) => readRange(git, reader, range),
    isAncestor: (ancestor, of) => isAncestor(git, ancestor, of),
    changes: (base, head) => findChanges(git, base, head),
    hasPatches: (question) => hasPatches(git, question),
    isReachable: (commit) => isReachable(git, commit),
    recomputeMerge: (ours, theirs) => merger.merge(ours, theirs),
    obstacles: () => findObstacles(git, gitDirectory),
    dirtyPaths: async () => (place.bare ? [] : findDirtyPaths(git)),
    configValue: (key) => readConfig(git, key),
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function findPlace(directory: string, runProcess: RunProcess): Promise<Place> {
  const found = await stat(directory).catch(() => undefined)
  if (!found?.isDirectory()) throw notARepository(directory, 'is not a folder')
  const git = gitIn(directory, runProcess)
  const all = await git([...FACTS, '--show-toplevel'])
  return placeIn(all) ?? (await findOddPlace(directory, git))
}

const ABSOLUTE = ['rev-parse', '--path-format=absolute']
const FACTS = [...ABSOLUTE, '--is-bare-repository', '--show-object-format', '--git-common-dir']

/** From one run of git: the paths are told apart when no line feed is in them. No top, no work tree. */
function placeIn({ code, stdout }: GitAnswer): Place | undefined {
  const [, bare, objectFormat, gitDirectory, top] =
    /^(true|false)\n(sha1|sha256)\n([^\n]+)\n(?:([^\n]+)\n)?$/.exec(stdout.toString()) ?? []
  if (gitDirectory === undefined || !(objectFormat === 'sha1' || objectFormat === 'sha256'))
    return undefined
  if ((code === 0) !== (top !== undefined)) return undefined
  const root = top ?? gitDirectory
  return { root, gitDirectory, objectFormat, bare: bare === 'true' || top === undefined }
}

async function findOddPlace(directory: string, git: Git): Promise<Place> {
  const [facts, top] = await Promise.all([git(FACTS), git([...ABSOLUTE, '--show-toplevel'])])
  if (facts.code !== 0) throw explainNoRepository(directory, facts.stderr)
  // The path comes last, so that a line feed in it cannot be taken for another answer.
  const [, bare, objectFormat, gitDirectory] =
    /^(true|false)\n(sha1|sha256)\n([^]+)\n$/.exec(facts.stdout.toString()) ?? []
  if (gitDirectory === undefined || !(objectFormat === 'sha1' || objectFormat === 'sha256')) {
    throw gitFailed(ABSOLUTE, 'did not describe the repository')
  }
  const root = top.code === 0 ? top.stdout.toString().slice(0, -1) : gitDirectory
  return { root, gitDirectory, objectFormat, bare: bare === 'true' || top.code !== 0 }
}

async function treeOfCommit(read: ReadObject, commit: CommitId) {
  const { type, bytes } = await read(commit)
  if (type !== 'commit') throw missingObject(`commit ${commit}`)
  return linksOf(commit, bytes).tree
}

async function readFileAt(
  reader: ObjectReader,
  readAgain: ReadObject,
  commit: CommitId,
  path: string,
): Promise<FileAtCommit | undefined> {
  const id = await findFile(readAgain, await treeOfCommit(readAgain, commit), path)
  if (id === undefined) return undefined
  const { type, bytes } = await reader.readObject(id)
  return type === 'blob' ? { path, blob: blobId(id), bytes } : undefined
}

const CONFIG_KEY = /^[a-z][a-z0-9-]*\.(?:[^\0\n]+\.)?[a-z][a-z0-9-]*$/i

async function readConfig(git: Git, key: string): Promise<string | undefined> {
  if (!CONFIG_KEY.test(key)) throw new TypeError(`not a configuration key: ${JSON.stringify(key)}`)
  const { code, stdout } = await expectCode(git, ['config', '--null', '--get', key], [0, 1])
  return code === 0 ? stdout.toString().slice(0, -1) : undefined
}

function explainNoRepository(directory: string, stderr: string): Error {
  if (/dubious ownership/.test(stderr)) {
    const remedy = `run \`git config --global --add safe.directory ${directory}\` if you trust its owner`
    return notARepository(directory, 'belongs to another user, so git refuses to read it', remedy)
  }
  if (/not a git repository/i.test(stderr)) return notARepository(directory, 'holds no repository')
  return gitFailed(['rev-parse'], stderr.trim().slice(0, 500))
}

const notARepository = (
  directory: string,
  message: string,
  remedy = 'run the command inside the repository, or make one with `git init`',
): InputError =>
  new InputError({ code: 'git/not-a-repository', subject: directory, message, remedy })
