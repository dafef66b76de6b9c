import { styleText } from 'node:util'
import { type Finding, printable } from '@bulkhead/vocabulary'

/** How many findings are spelled out before the rest is only counted; `--json` has them all. */
const SHOWN = 50

/**
 * Findings for people, two lines each: what is wrong with which thing, then the way out. Text from
 * outside is made printable here, on its way to the screen.
 */
export function findingsText(findings: readonly Finding[], colour: boolean): readonly string[] {
  const paint = (format: Parameters<typeof styleText>[0], text: string) =>
    colour ? styleText(format, text, { validateStream: false }) : text
  const lines = findings
    .slice(0, SHOWN)
    .flatMap((finding) => [
      `${paint(['red', 'bold'], '✗')} ${paint('bold', finding.code)}  ${printable(finding.subject, 200)}: ${printable(finding.message, 500)}`,
      `  ${paint('cyan', '→')} ${printable(finding.remedy, 1_000)}`,
    ])
  const rest = findings.length - SHOWN
  return rest > 0 ? [...lines, `  … and ${rest} more; --json lists them all`] : lines
}
