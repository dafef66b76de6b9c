import { describe, expect, it } from 'vitest'
import { JsonProver } from '../../src/json/json-prover.ts'
import { passes, read } from './reading.ts'
import { corpusEntriesOf, corpusFile, corpusIsAbsent } from './shared-corpus.ts'

/** Up to here a report is cut at every byte, above it at so many places spread over it. */
const EVERY_BYTE = 32 * 1024
const SPREAD = 1000
/** These are many JSON values, one a line. */
const LINES = new Set(['dart-json', 'go-json'])

function cutsOf(size: number): number[] {
  if (size <= EVERY_BYTE) return Array.from({ length: size }, (_, index) => index)
  // A step that shares no factor with the size meets places of every kind.
  return Array.from({ length: SPREAD }, (_, index) => (index * 7919 * 13) % size)
}

/**
 * Whether a larger report could be whole before its end, at any byte: a reader asks its prover just
 * this when the bytes end.
 */
function isWholeTooEarly(bytes: Buffer): boolean {
  const prover = new JsonProver({ depth: 64, length: bytes.length, members: 1000 })
  const end = bytes.toString('latin1').trimEnd().length
  for (let at = 0; at < end; at += 1) {
    if (prover.isWhole) return true
    prover.write(bytes.subarray(at, at + 1))
  }
  return !prover.isWhole
}

/** Shows that no cut of a corpus file passes; all but the green ones must block as they are. */
export function describeCorpusCuts(
  format: string,
  producer: string,
  green: readonly string[] = [],
): void {
  describe.skipIf(corpusIsAbsent)(`cut ${format} reports (needs ../shared/corpus)`, () => {
    for (const { path } of corpusEntriesOf(producer)) {
      if (green.some((end) => path.endsWith(end))) continue
      it(`does not pass ${path}, cut anywhere`, async () => {
        const bytes = corpusFile(path)
        for (const end of cutsOf(bytes.length))
          expect(passes(await read(bytes.subarray(0, end), { format })), `${end}`).toBe(false)
        if (bytes.length > EVERY_BYTE && !LINES.has(format))
          expect(isWholeTooEarly(bytes)).toBe(false)
      })
    }
  })
}
