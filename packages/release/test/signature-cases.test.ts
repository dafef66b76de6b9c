import { existsSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const PACKAGES = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const ANNEX = join(PACKAGES, '..', '..', 'shared', 'annex', 'signature-cases.md')
const required = process.env['BULKHEAD_REQUIRE_ENGINES'] === '1'

/** Numbers that titles of tests begin with: `66`, `48, 51, 53`. */
async function numbersInTitles(): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  for (const name of ['signatures', 'release']) {
    const folder = join(PACKAGES, name, 'test')
    const files = (await readdir(folder)).filter((file) => file.endsWith('.test.ts'))
    for (const file of files) {
      const text = await readFile(join(folder, file), 'utf8')
      for (const [, numbers = ''] of text.matchAll(/['"`]([0-9]{1,2}(?:, [0-9]{1,2})*) \S/g)) {
        for (const number of numbers.split(', ')) found.add(number)
      }
    }
  }
  return found
}

describe.skipIf(!required && !existsSync(ANNEX))('every case of the annex', () => {
  it('has a test that begins with its number', async () => {
    const annex = (await readFile(ANNEX, 'utf8')).split('## Speeds')[0] ?? ''
    const cases = [...annex.matchAll(/^([0-9]{1,2})\. /gm)].map(([, number = '']) => number)
    expect(cases.length).toBeGreaterThan(50)
    const tested = await numbersInTitles()
    expect(cases.filter((number) => !tested.has(number))).toEqual([])
  })
})
