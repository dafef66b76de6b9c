import { describe, expect, it } from 'vitest'
import { passes, read } from './reading.ts'
import { corpusEntriesOf, corpusFile, corpusIsAbsent } from './shared-corpus.ts'

/** Up to here a report is cut at every byte, above it at so many places spread over it. */
const EVERY_BYTE = 32 * 1024
const SPREAD = 1000

function cutsOf(size: number): number[] {
  if (size <= EVERY_BYTE) return Array.from({ length: size }, (_, index) => index)
  // A step that shares no factor with the size meets places of every kind.
  return Array.from({ length: SPREAD }, (_, index) => (index * 7919 * 13) % size)
}

/** Shows that no cut of a corpus file passes; all of these files must block as they are. */
export function describeCorpusCuts(format: string, producer: string): void {
  describe.skipIf(corpusIsAbsent)(`cut ${format} reports (needs ../shared/corpus)`, () => {
    for (const { path } of corpusEntriesOf(producer))
      it(`does not pass ${path}, cut anywhere`, async () => {
        const bytes = corpusFile(path)
        for (const end of cutsOf(bytes.length))
          expect(passes(await read(bytes.subarray(0, end), { format })), `${end}`).toBe(false)
      })
  })
}
