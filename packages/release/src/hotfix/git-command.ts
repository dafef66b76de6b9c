import { WorldError } from '@bulkhead/vocabulary'
import type { Workspace } from '../workspace.ts'

/** Runs git where it changes something. @returns what it printed @throws WorldError `git/failed` */
export async function runGit(
  { run, repository }: Workspace,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { end, stdout, stderr } = await run({ argv: ['git', ...args], cwd: repository.root, env })
  if (end.kind === 'exited' && end.code === 0) return stdout.toString()
  throw new WorldError({
    code: 'git/failed',
    subject: `git ${args[0] ?? ''}`,
    message: stderr.toString().trim().slice(0, 500) || 'it said nothing',
    remedy: 'do it by hand and call this again: what is there already is found',
  })
}
