import { readFile, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const docs = join(dirname(dirname(fileURLToPath(import.meta.url))), 'docs')

it('shows in the quick start the workflows that the real runner runs, and no other YAML', async () => {
  const page = await readFile(join(docs, 'quick-start.md'), 'utf8')
  const blocks = [...page.matchAll(/^```ya?ml\n(.*?)^```/gms)].map(([, text]) => text)
  const files = await Promise.all(
    (await readdir(join(docs, 'workflows'))).map((name) =>
      readFile(join(docs, 'workflows', name), 'utf8'),
    ),
  )
  expect(blocks.length).toBeGreaterThan(0)
  expect(blocks.filter((block) => !files.includes(block ?? ''))).toEqual([])
})
