import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { billOfMaterials } from './release/bill-of-materials.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

interface Bill {
  readonly components: readonly {
    readonly name: string
    readonly purl: string
    readonly hashes: readonly { readonly alg: string; readonly content: string }[]
  }[]
}

it('says what the actions are made of, and nothing that only we develop with', async () => {
  const lockfile = await readFile(join(root, 'pnpm-lock.yaml'), 'utf8')
  const bill = JSON.parse(billOfMaterials(lockfile, '0.0.0')) as Bill
  const names = bill.components.map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(['valibot', 'yaml', 'openpgp', 'saxes']))
  for (const tool of ['vitest', 'rolldown', 'oxlint']) expect(names).not.toContain(tool)
  for (const { hashes } of bill.components)
    expect(hashes).toEqual([
      { alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) as string },
    ])
  expect(new Set(bill.components.map(({ purl }) => purl)).size).toBe(bill.components.length)
})

it('refuses a package that the lockfile does not pin by its bytes', () => {
  const lockfile = `
importers:
  actions/a: { dependencies: { x: { version: 1.0.0 } } }
packages: { x@1.0.0: { resolution: { tarball: 'https://host/x.tgz' } } }
snapshots: { x@1.0.0: {} }
`
  expect(() => billOfMaterials(lockfile, '0.0.0')).toThrow('x@1.0.0 has no sha512')
})
