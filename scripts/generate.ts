// Writes everything in the repository that is generated from code. `--check` only compares.
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generatedFiles } from './generated-files.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const check = process.argv.includes('--check')
const stale: string[] = []
for (const [path, text] of await generatedFiles()) {
  const file = join(root, path)
  const present = await readFile(file, 'utf8').catch(() => undefined)
  if (present === text) continue
  stale.push(path)
  if (!check) await writeFile(file, text)
}
process.stdout.write(
  stale.length === 0
    ? 'nothing to generate\n'
    : `${check ? 'stale' : 'written'}: ${stale.join(', ')}\n`,
)
process.exitCode = check && stale.length > 0 ? 1 : 0
