import { runProcess } from '../../packages/world/src/index.ts'
import type { Version } from './version.ts'

/** Runs git in one folder, with a key that signs and a time that is not the clock's. @returns what it printed */
export type Git = (...args: readonly string[]) => Promise<string>

const WHO = 'Bulkhead release'
const EMAIL = 'release@bulkhead.invalid'

/** Same files, key and time: same bytes. */
export function gitIn(
  cwd: string,
  { key, time }: { readonly key: string; readonly time: number },
): Git {
  const date = `@${time} +0000`
  const configured = {
    'gpg.format': 'ssh',
    'user.signingKey': key,
    'core.autocrlf': 'false',
    'core.hooksPath': '/dev/null',
  }
  const settings = Object.entries(configured).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return async (...args) => {
    const { end, stdout, stderr } = await runProcess({
      argv: ['git', ...settings, ...args],
      cwd,
      env: {
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: process.platform === 'win32' ? 'NUL' : '/dev/null',
        GIT_TERMINAL_PROMPT: '0',
        GIT_AUTHOR_NAME: WHO,
        GIT_AUTHOR_EMAIL: EMAIL,
        GIT_AUTHOR_DATE: date,
        GIT_COMMITTER_NAME: WHO,
        GIT_COMMITTER_EMAIL: EMAIL,
        GIT_COMMITTER_DATE: date,
      },
      timeout: 300_000,
    })
    if (end.kind === 'exited' && end.code === 0) return stdout.toString().trim()
    throw new Error(`git ${args[0] ?? ''}: ${stderr.toString().trim() || end.kind}`)
  }
}

/** Every ref that is here, by name, with the id of its object. */
export async function refsOf(git: Git): Promise<ReadonlyMap<string, string>> {
  const listed = await git('for-each-ref', '--format=%(refname) %(objectname)')
  return new Map(
    listed
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(' ') as [string, string]),
  )
}

/** @throws Error when the version is there with other contents: a released version never changes */
export async function requireSameTree(git: Git, { full }: Version, tree: string): Promise<void> {
  const present = await git('rev-parse', `refs/tags/${full}^{tree}`)
  if (present !== tree)
    throw new Error(
      `${full} is released with other contents (tree ${present}, here ${tree}); release a new version`,
    )
}
