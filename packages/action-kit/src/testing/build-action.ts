import { access, cp } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runProcess } from '@bulkhead/world'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..')

/**
 * Builds an action by what its `build` script calls. @returns the entry that `action.yml` names
 * @param into another folder than the action's own `dist`, for tests that may build it at the same time
 * @throws Error with the bundler's own words
 */
export async function buildAction(
  directory: string,
  into = join(directory, 'dist'),
): Promise<string> {
  const rolldown = join(root, 'node_modules', 'rolldown', 'bin', 'cli.mjs')
  const { end, stdout, stderr } = await runProcess({
    argv: [process.execPath, rolldown, '-c', '../rolldown.config.ts', '--dir', into],
    cwd: directory,
    timeout: 60_000,
  })
  if (end.kind !== 'exited' || end.code !== 0)
    throw new Error(`${directory} does not build:\n${stdout.toString()}${stderr.toString()}`)
  const entry = join(into, 'main.mjs')
  await access(entry)
  return entry
}

/** What a release commits: manifest and bundle of some actions, at the paths that `uses:` names. */
export async function assembleRelease(names: readonly string[], into: string): Promise<void> {
  for (const name of names) {
    const action = join(root, 'actions', name)
    await buildAction(action, join(into, 'actions', name, 'dist'))
    for (const file of ['action.yml', 'README.md'])
      await cp(join(action, file), join(into, 'actions', basename(action), file))
  }
}
