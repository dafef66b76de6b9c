import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const TESTS = fileURLToPath(new URL('./', import.meta.url))
/** Beside the checkout, or beside the folder that holds one checkout for each branch. */
const PLACES = ['../../../../shared/annex/', '../../../../../shared/annex/'].map((path) =>
  fileURLToPath(new URL(`${path}gate-bypasses.md`, import.meta.url)),
)
const ANNEX = PLACES.find((place) => existsSync(place))
const required = process.env['BULKHEAD_REQUIRE_ENGINES'] === '1'

/** Numbers of the cases in the sections about the content of JUnit reports, and about files and XML. */
function casesOfAnnex(): string[] {
  const sections = readFileSync(ANNEX ?? '', 'utf8').split(/^## /m)
  return sections.flatMap((section) => {
    const letter = section.charAt(0)
    if (letter !== 'A' && letter !== 'D') return []
    return [...section.matchAll(/^(\d{1,3})\. /gm)].map(([, number]) => `${letter}${number}`)
  })
}

/** Cases that tests of this package name, in a title or in a table that titles are made of. */
const casesTested = (): ReadonlySet<string> =>
  new Set(
    readdirSync(TESTS)
      .filter((file) => file.endsWith('.test.ts'))
      .flatMap((file) => [
        ...readFileSync(`${TESTS}${file}`, 'utf8').matchAll(
          /(?:line: ['"]|it\(['"`]|\]\)\(['"])([AD]\d{1,3})\b/g,
        ),
      ])
      .map(([, number = '']) => number),
  )

describe.skipIf(!required && ANNEX === undefined)('the known ways to fool a gate', () => {
  it('have a test each, by their numbers, as far as they concern reports', () => {
    const cases = casesOfAnnex()
    expect(cases.length).toBeGreaterThan(35)
    const tested = casesTested()
    expect(cases.filter((number) => !tested.has(number))).toEqual([])
  })
})
