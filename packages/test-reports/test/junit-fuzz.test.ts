import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FAILING_JUNIT as FAILING } from './support/failing-junit.ts'
import { passes, read } from './support/reading.ts'
import { corpusEntries, corpusFile, corpusIsAbsent } from './support/shared-corpus.ts'

describe('a JUnit report, cut or damaged', () => {
  it('does not pass when cut anywhere', async () => {
    const bytes = Buffer.from(FAILING)
    for (let end = 0; end <= bytes.length; end += 1)
      expect(passes(await read(bytes.subarray(0, end)))).toBe(false)
  })

  it('does not pass when cut anywhere, even when all its tests passed', async () => {
    const green = FAILING.replace(/<failure.*<\/failure>/s, '').replaceAll('failures="1"', '')
    const bytes = Buffer.from(green.trimEnd())
    expect(passes(await read(bytes))).toBe(true)
    for (let end = 0; end < bytes.length; end += 1)
      expect(passes(await read(bytes.subarray(0, end)))).toBe(false)
  })

  it.skipIf(corpusIsAbsent)(
    'does not pass when a real report with failures is cut anywhere (needs ../shared/corpus)',
    async () => {
      const small = corpusEntries()
        .map(({ path }) => corpusFile(path))
        .filter(({ length }) => length < 3000)
      for (const bytes of small) {
        const { counts } = await read(bytes)
        if (counts.passed === counts.tests) continue
        for (let end = 0; end < bytes.length; end += 1)
          expect(passes(await read(bytes.subarray(0, end)))).toBe(false)
      }
    },
  )

  it('never throws, and never passes with a failure inside, whatever bytes are put in or out', async () => {
    const edit = fc.record({
      at: fc.nat(FAILING.length),
      remove: fc.nat(3),
      insert: fc.uint8Array({ maxLength: 3 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
        let bytes = Buffer.from(FAILING)
        for (const { at, remove, insert } of edits)
          bytes = Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)])
        const report = await read(bytes)
        // A damaged failure element is either still one, or unknown; only a comment can hide it.
        if (!bytes.includes('<!--')) expect(passes(report)).toBe(false)
        expect(report.counts.tests).toBe(report.cases.length)
      }),
      { numRuns: 500 },
    )
  })

  it('never throws on any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        expect(passes(await read(Buffer.from(bytes)))).toBe(false)
      }),
    )
  })
})
