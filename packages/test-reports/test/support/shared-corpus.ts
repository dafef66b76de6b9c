import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Real reports beside the repository; the project itself carries none of them. */
const [FOLDER = ''] = ['../../../../../shared/corpus/', '../../../../../../shared/corpus/']
  // Beside the checkout, or beside the folder that holds one checkout for each branch.
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .sort((a, b) => Number(existsSync(b)) - Number(existsSync(a)))

export const corpusIsAbsent = !existsSync(FOLDER) && process.env['BULKHEAD_REQUIRE_ENGINES'] !== '1'

export const corpusFile = (path: string): Buffer => readFileSync(`${FOLDER}${path}`)

/** Every report of the corpus, sorted. */
export const corpusPaths = (): string[] =>
  readdirSync(FOLDER, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath.length > FOLDER.length)
    .map(({ parentPath, name }) => `${parentPath.slice(FOLDER.length)}/${name}`)
    .sort()

export interface CorpusEntry {
  readonly path: string
  /** Totals that the source of the file states; undefined where it states none. */
  readonly expected: { readonly tests: number; readonly bad: number; readonly skipped: number }
  /** Elements in the raw file: cases, failures, errors, skipped. */
  readonly raw: readonly number[]
  readonly note: string
}

/** The JUnit lines of the manifest. */
export const corpusEntries = (): CorpusEntry[] => corpusEntriesOf('JUnit')

/** The lines of the manifest whose producer begins so. */
export function corpusEntriesOf(format: string): CorpusEntry[] {
  if (!existsSync(FOLDER)) return []
  const lines = corpusFile('MANIFEST.tsv').toString().split('\n').slice(1)
  return lines.flatMap((line) => {
    const [path = '', producer = '', , tests, failed, errored, skipped, , ...rest] =
      line.split('\t')
    if (!producer.startsWith(format)) return []
    const count = (text: string | undefined) => (text ? Number(text) : Number.NaN)
    const bad = failed ? Number(failed) + (Number(errored) || 0) : Number.NaN
    const expected = { tests: count(tests), bad, skipped: count(skipped) }
    return [{ path, expected, raw: rest.slice(0, 4).map(Number), note: rest[4] ?? '' }]
  })
}
