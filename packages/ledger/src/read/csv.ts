/** What spreadsheets would run as a formula, or skip before one (OWASP, CSV injection). */
const FORMULA = /^[\s]*[=+\-@\t\r]/

/**
 * One line of CSV (RFC 4180), every cell in quotes. A cell that a spreadsheet would take for a formula
 * begins with an apostrophe: names and reasons in a log are other people's text.
 */
export const csvLine = (cells: readonly string[]): string =>
  `${cells.map((cell) => `"${inert(cell).replaceAll('"', '""')}"`).join(',')}\r\n`

const inert = (cell: string): string => (FORMULA.test(cell) ? `'${cell}` : cell)
