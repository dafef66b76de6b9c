import { printable } from '@bulkhead/vocabulary'

/** What spreadsheets would run as a formula, or skip before one, in either width (OWASP, CSV injection). */
const FORMULA = /^[\s]*[=+\-@＝＋－＠]/

/**
 * One line of CSV (RFC 4180), every cell in quotes. A cell that a spreadsheet would take for a formula
 * begins with an apostrophe: names and reasons in a log are other people's text. What repaints a terminal
 * or hides is shown as `\u{HEX}`, and a line end in a cell as a sign, so that a line is a line.
 */
export const csvLine = (cells: readonly string[]): string =>
  `${cells.map((cell) => `"${inert(visible(cell)).replaceAll('"', '""')}"`).join(',')}\r\n`

const visible = (cell: string): string => printable(cell, Number.POSITIVE_INFINITY)
const inert = (cell: string): string => (FORMULA.test(cell) ? `'${cell}` : cell)
