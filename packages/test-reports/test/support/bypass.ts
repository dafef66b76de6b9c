import { describe, expect, it } from 'vitest'
import { codes, passes, read } from './reading.ts'

export interface Bypass {
  /** Line of the list of known ways to fool a gate. */
  readonly line: string
  readonly shows: string
  readonly blocks: string | Buffer
  /** The same with the smallest change that makes it honest. */
  readonly passes: string | Buffer
  /** Finding, or status of a case, that must be among the reasons. */
  readonly because: string
}

/** Shows of each that it blocks for its reason, and that its twin passes. */
export function describeBypasses(format: string, bypasses: readonly Bypass[]): void {
  describe(`${format}: ways to hide a failure`, () => {
    for (const { line, shows, because, ...bypass } of bypasses) {
      it(`${line}: ${shows} blocks because of ${because}`, async () => {
        const report = await read(bypass.blocks, { format })
        expect(passes(report)).toBe(false)
        const statuses = report.cases.map(({ status }) => status)
        const duplicate = report.duplicates.length > 0 ? ['duplicate'] : []
        expect([...codes(report), ...statuses, ...duplicate]).toContain(because)
      })

      it(`${line}: the honest twin of ${shows} passes`, async () => {
        const report = await read(bypass.passes, { format })
        expect(report.findings).toEqual([])
        expect(passes(report)).toBe(true)
      })
    }
  })
}
