import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { InputError, WorldError } from '@bulkhead/vocabulary'
import type { Workspace } from './workspace.ts'

const MARK = '# Installed by `bulkhead init --hook`.'

/** How the hook starts bulkhead where it is not on the PATH: node and the program, by path. */
export interface OwnProgram {
  readonly node: string
  readonly program: string
}

/**
 * Installs the pre-push hook of this clone, where git looks for hooks. Only a hook of our own is
 * replaced.
 * @returns the path of the hook
 * @throws InputError `usage/already-exists`
 */
export async function installPrePushHook(workspace: Workspace, own: OwnProgram): Promise<string> {
  const folder = await hooksFolder(workspace)
  const path = join(folder, 'pre-push')
  const before = await readFile(path, 'utf8').catch(() => undefined)
  if (before !== undefined && !before.includes(MARK)) throw taken(path)
  await mkdir(folder, { recursive: true })
  await writeFile(path, hookText(own), { mode: 0o755 })
  return path
}

/** As git itself says: `core.hooksPath` moves it, and linked work trees share it. */
async function hooksFolder({ repository, run }: Workspace): Promise<string> {
  const argv = ['git', 'rev-parse', '--git-path', 'hooks'] as const
  const { end, stdout, stderr } = await run({ argv, cwd: repository.root })
  const folder = stdout.toString().replace(/\n$/, '')
  if (end.kind === 'exited' && end.code === 0 && folder !== '')
    return isAbsolute(folder) ? folder : join(repository.root, folder)
  throw new WorldError({
    code: 'git/failed',
    subject: argv.join(' '),
    message: stderr.toString().slice(0, 500).trim(),
    remedy: 'mend what git says, and run the command again',
  })
}

/** Without bulkhead the push is stopped: a check that is silently gone checks nothing. */
const hookText = ({ node, program }: OwnProgram): string => `#!/bin/sh
${MARK} Judges the signatures of what is about to be pushed.
if command -v bulkhead >/dev/null 2>&1; then
  exec bulkhead hook pre-push "$@" >&2
elif [ -x ${quoted(node)} ] && [ -f ${quoted(program)} ]; then
  exec ${quoted(node)} ${quoted(program)} hook pre-push "$@" >&2
fi
echo 'pre-push: bulkhead is not installed any more: install it, or remove this hook' >&2
exit 1
`

const quoted = (path: string): string => `'${path.replaceAll("'", `'\\''`)}'`

const taken = (path: string): InputError =>
  new InputError({
    code: 'usage/already-exists',
    subject: path,
    message: 'there is a pre-push hook already; it was left as it is',
    remedy: 'call `bulkhead hook pre-push "$@"` in that hook, with its standard input',
  })
