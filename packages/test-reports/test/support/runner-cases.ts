import { describe, expect, it } from 'vitest'
import { type Bypass, describeBypasses } from './bypass.ts'
import { codes, passes, read } from './reading.ts'
import { RUNNER_REPORTS, edited } from './runner-reports.ts'

export type Edit = readonly [path: readonly (string | number)[], put: unknown]

/** What a run hides, and the same report with that place as an honest run has it. */
export type Case = readonly [
  line: string,
  shows: string,
  because: string,
  bad: readonly Edit[],
  honest?: readonly Edit[],
]

export const at = (...path: (string | number)[]) => path

/** Shows that the green report of a runner passes, and that with each of these changes it blocks. */
export function describeRunner(name: string, cases: readonly Case[]): void {
  const found = RUNNER_REPORTS.find(({ runner }) => runner === name)
  if (found === undefined) throw new Error(`no report of ${name}`)
  const { format, green } = found
  describe(`what ${name} writes`, () => {
    it('passes as it is, whatever the pieces that it comes in', async () => {
      const text = JSON.stringify(green, null, 1)
      for (const piece of [1, 7, text.length]) {
        const report = await read(text, { format, piece })
        expect(report.findings).toEqual([])
        expect(passes(report)).toBe(true)
      }
    })

    it('is told by its content', async () => {
      const report = await read(JSON.stringify(green), { format: 'auto' })
      expect([report.format, codes(report)]).toEqual([format, []])
    })

    const bypasses = cases.map(([line, shows, because, bad, honest = []]): Bypass => ({
      line,
      shows,
      because,
      blocks: JSON.stringify(edited(green, bad)),
      passes: JSON.stringify(edited(green, honest)),
    }))
    describeBypasses(format, bypasses)
  })
}
