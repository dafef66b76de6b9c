import { describe, expect, it } from 'vitest'
import { fileOf, readTable, testTable } from './support/report-table.ts'
import { corpusFile, corpusIsAbsent, corpusPaths } from './support/shared-corpus.ts'

/** The totals that the sources themselves state are compared in the tests of each format. */
const LINES = readTable(new URL('corpus.tsv', import.meta.url))

/** In another table: reports in JSON, but for those of Go. */
const isOtherJson = (path: string): boolean =>
  path.endsWith('.json') && !path.endsWith('golang-json.json')

describe.skipIf(corpusIsAbsent)('the corpus (needs ../shared/corpus)', () => {
  it('has no file that is not in the table', () => {
    expect(LINES.length).toBeGreaterThan(200)
    expect(corpusPaths().filter((path) => !isOtherJson(path))).toEqual(LINES.map(fileOf))
  })

  testTable(LINES, corpusFile)
})
