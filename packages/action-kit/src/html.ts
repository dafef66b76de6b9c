import { printable } from '@bulkhead/vocabulary'

/** What a cell shows: our own words, or text from outside. */
export type Cell = string | { readonly untrusted: string }

/** A table with our own words as its header. */
export interface SummaryTable {
  readonly header: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
export const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? '')

/**
 * Text from outside goes into `code` elements of HTML blocks without an empty line: there Markdown
 * reads nothing (CommonMark 0.31, 4.6, HTML blocks), and mentions and references are not linked.
 */
export const cellHtml = (cell: Cell): string =>
  typeof cell === 'string'
    ? escapeHtml(printable(cell))
    : cell.untrusted === ''
      ? ''
      : `<code>${escapeHtml(printable(cell.untrusted, 500))}</code>`

/** How many rows of a table are seen at once; the others are folded. */
const UNFOLDED = 10
const MAX_ROWS = 2_000
/** For the tags around the rows, and the line that says how many are missing. */
const AROUND = 400

const rowHtml = (cells: readonly string[], tag: 'td' | 'th'): string =>
  `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>\n`

/** A table, folded after its first rows, and cut at a row when it would be longer than it may be. */
export function tableHtml({ header, rows }: SummaryTable, maxBytes: number): string {
  const head = rowHtml(header.map(escapeHtml), 'th')
  let left = maxBytes - 2 * Buffer.byteLength(head) - AROUND
  if (left < 0) return ''
  const lines: string[] = []
  for (const row of rows.slice(0, MAX_ROWS)) {
    const line = rowHtml(row.map(cellHtml), 'td')
    left -= Buffer.byteLength(line)
    if (left < 0) break
    lines.push(line)
  }
  const table = (some: readonly string[]) => `<table>\n${head}${some.join('')}</table>\n`
  const folded = lines.slice(UNFOLDED)
  const missing = rows.length - lines.length
  return [
    `${table(lines.slice(0, UNFOLDED))}\n`,
    folded.length > 0
      ? `<details><summary>${folded.length} more</summary>\n${table(folded)}</details>\n\n`
      : '',
    missing > 0 ? `<p>${missing} more rows are not shown here; the log has more.</p>\n\n` : '',
  ].join('')
}
