import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Finding, counted } from '@bulkhead/vocabulary'
import { type Git, expectCode, gitFailed } from './git-command.ts'

/** Replace refs named one by one in the remedy; beyond that the remedy deletes all of them. */
const NAMED = 5

/** What in this clone can hide or change history. Reads ignore it all; its presence still blocks. */
export async function findObstacles(git: Git, gitDirectory: string): Promise<readonly Finding[]> {
  const found = await Promise.all([
    findShallowBoundary(gitDirectory),
    findReplaceRefs(git),
    findGrafts(gitDirectory),
  ])
  return found.filter((finding) => finding !== undefined)
}

async function findShallowBoundary(gitDirectory: string): Promise<Finding | undefined> {
  const boundary = await linesOf(join(gitDirectory, 'shallow'))
  if (boundary.length === 0) return undefined
  return {
    code: 'git/shallow-clone',
    subject: gitDirectory,
    message: `the clone is shallow: history ends early at ${counted(boundary.length, 'commit')}`,
    remedy: 'run `git fetch --unshallow origin`; in GitHub Actions check out with `fetch-depth: 0`',
  }
}

async function findReplaceRefs(git: Git): Promise<Finding | undefined> {
  const args = ['for-each-ref', '--format=%(refname)', '--', 'refs/replace/']
  const { stdout } = await expectCode(git, args)
  const ids = stdout
    .toString()
    .split('\n')
    .filter((name) => name !== '')
    .map((name) => name.slice('refs/replace/'.length))
  if (ids.length === 0) return undefined
  const command =
    ids.length <= NAMED ? `git replace -d ${ids.join(' ')}` : 'git replace -d $(git replace -l)'
  return {
    code: 'git/replaced-object',
    subject: ids.slice(0, NAMED).join(', '),
    message: `the clone shows other contents than those stored for ${counted(ids.length, 'object')}`,
    remedy: `run \`${command}\``,
  }
}

async function findGrafts(gitDirectory: string): Promise<Finding | undefined> {
  const path = join(gitDirectory, 'info', 'grafts')
  const lines = (await linesOf(path)).filter((line) => !line.startsWith('#'))
  if (lines.length === 0) return undefined
  return {
    code: 'git/replaced-object',
    subject: path,
    message: `the grafts file gives ${counted(lines.length, 'commit')} other parents than those stored`,
    remedy: `run \`rm ${path}\``,
  }
}

async function linesOf(path: string): Promise<readonly string[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw gitFailed(['rev-list'], `cannot read ${path}: ${error.message}`)
  })
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}
