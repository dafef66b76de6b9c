import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { passes, read } from './support/reading.ts'
import { fileOf, readTable, readUnnamed, testTable } from './support/report-table.ts'

/**
 * Small suites of our own, run green and red by the runners themselves, as in docs/tested-on.md: reports
 * with nothing changed but paths, host names and long lists of properties.
 */
const FOLDER = new URL('fixtures/runners/', import.meta.url)
const LINES = readTable(new URL('runners.tsv', import.meta.url))
const FILES = readdirSync(FOLDER).sort()
const bytesOf = (file: string): Buffer => readFileSync(new URL(file, FOLDER))
const formatOf = (file: string): string =>
  LINES.find((line) => fileOf(line) === file)?.split('\t')[1] ?? ''

describe('reports that runners wrote', () => {
  it('are all in the table', () => {
    expect(LINES.map(fileOf)).toEqual(FILES)
  })

  testTable(LINES, bytesOf)

  it.each(FILES)('passes when it is green, and no other: %s', async (file) => {
    expect(passes(await readUnnamed(bytesOf(file)))).toBe(file.includes('.green.'))
  })

  it.each(FILES.filter((file) => file.includes('.red.')))(
    'never passes when it is cut: %s',
    async (file) => {
      const bytes = bytesOf(file)
      for (let cut = 0; cut < bytes.length; cut += 1) {
        const report = await read(bytes.subarray(0, cut), { format: formatOf(file) })
        expect(passes(report), `cut at ${cut}`).toBe(false)
      }
    },
  )
})
