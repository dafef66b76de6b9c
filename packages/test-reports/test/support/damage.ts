import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { passes, read } from './reading.ts'

/**
 * Shows that no cut of a failing report passes, that pieces of every size read alike, and that no
 * bytes make the reader throw.
 */
export function describeDamage(format: string, failing: string): void {
  const bytes = Buffer.from(failing)
  describe(`${format}: a failing report, cut or damaged`, () => {
    it('does not pass when cut anywhere', async () => {
      for (let end = 0; end <= bytes.length; end += 1)
        expect(passes(await read(bytes.subarray(0, end), { format })), `cut at ${end}`).toBe(false)
    })

    it('reads alike in pieces of every size', async () => {
      const counts = async (piece: number) => {
        const report = await read(bytes, { format, piece })
        return [report.cases, report.counts, report.findings.map(({ code }) => code)]
      }
      const whole = await counts(bytes.length)
      for (const piece of [1, 2, 7, 64]) expect(await counts(piece)).toEqual(whole)
    })

    it('never throws, whatever bytes are put in or out', async () => {
      const edit = fc.record({
        at: fc.nat(bytes.length),
        remove: fc.nat(8),
        insert: fc.uint8Array({ maxLength: 4 }),
      })
      await fc.assert(
        fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
          let damaged = bytes
          for (const { at, remove, insert } of edits)
            damaged = Buffer.concat([
              damaged.subarray(0, at),
              insert,
              damaged.subarray(at + remove),
            ])
          const report = await read(damaged, { format })
          expect(report.counts.tests).toBe(report.cases.length)
        }),
        { numRuns: 300 },
      )
    })

    it('never throws and never passes on any bytes', async () => {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (any) => {
          expect(passes(await read(Buffer.from(any), { format }))).toBe(false)
        }),
      )
    })
  })
}
