import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { generatedFiles } from './generated-files.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

it('has generated files that equal what the code generates (npm run generate)', async () => {
  const files = await generatedFiles()
  expect(files.size).toBeGreaterThan(0)
  for (const [path, text] of files)
    expect(await readFile(join(root, path), 'utf8'), path).toBe(text)
})
