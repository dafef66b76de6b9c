import { access } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runProcess } from '@bulkhead/world'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..')

/**
 * Builds an action by what its `build` script calls. @returns the entry that `action.yml` names
 * @throws Error with the bundler's own words
 */
export async function buildAction(directory: string): Promise<string> {
  const rolldown = join(root, 'node_modules', 'rolldown', 'bin', 'cli.mjs')
  const { end, stdout, stderr } = await runProcess({
    argv: [process.execPath, rolldown, '-c', '../rolldown.config.ts'],
    cwd: directory,
    timeout: 60_000,
  })
  if (end.kind !== 'exited' || end.code !== 0)
    throw new Error(`${directory} does not build:\n${stdout.toString()}${stderr.toString()}`)
  const entry = join(directory, 'dist', 'main.mjs')
  await access(entry)
  return entry
}
