import { type Finding, printable } from '@bulkhead/vocabulary'
import { worstFirst } from './annotations.ts'

/** What a cell shows: our own words, or text from outside. */
type Cell = string | { readonly untrusted: string }

/** A table with our own words as its header. */
export interface SummaryTable {
  readonly header: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

export interface SummaryPage {
  readonly title: string
  /** One sentence of our own, under the title. */
  readonly lead: Cell
  readonly findings: readonly Finding[]
  readonly tables: readonly SummaryTable[]
}

/** The runner refuses a summary above 1 MiB; some room is left for the closing lines. */
const MAX_BYTES = 1_024 * 1_024 - 4_096
const MAX_ROWS = 2_000

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escapeHtml = (text: string) =>
  text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? '')

/**
 * Text from outside goes into `code` elements of HTML blocks without an empty line: there Markdown
 * reads nothing (CommonMark 0.31, 4.6, HTML blocks), and mentions and references are not linked.
 */
const cellText = (cell: Cell): string =>
  typeof cell === 'string'
    ? escapeHtml(printable(cell))
    : cell.untrusted === ''
      ? ''
      : `<code>${escapeHtml(printable(cell.untrusted, 500))}</code>`

/** The page as Markdown, cut at a row when it would be longer than the runner takes. */
export function summaryMarkdown(page: SummaryPage, maxBytes = MAX_BYTES): string {
  const head = `<h2>${escapeHtml(printable(page.title, 200))}</h2>\n<p>${cellText(page.lead)}</p>\n\n`
  const tables = [
    ...(page.findings.length > 0 ? [findingsTable(page.findings)] : []),
    ...page.tables,
  ]
  let left = maxBytes - Buffer.byteLength(head)
  const parts = tables.map((table) => {
    const rendered = tableMarkdown(table, left)
    left -= Buffer.byteLength(rendered)
    return rendered
  })
  return head + parts.join('')
}

const findingsTable = (findings: readonly Finding[]): SummaryTable => ({
  header: ['Reason', 'What', 'Why', 'Way out'],
  rows: worstFirst(findings).map(({ code, subject, message, remedy }) => [
    { untrusted: code },
    { untrusted: subject },
    { untrusted: message },
    { untrusted: remedy },
  ]),
})

function tableMarkdown({ header, rows }: SummaryTable, maxBytes: number): string {
  const line = (cells: readonly string[], tag: 'td' | 'th') =>
    `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>\n`
  const lines = [
    line(
      header.map((word) => escapeHtml(word)),
      'th',
    ),
  ]
  let left = maxBytes - Buffer.byteLength(lines.join('')) - 200
  for (const row of rows.slice(0, MAX_ROWS)) {
    const rendered = line(row.map(cellText), 'td')
    left -= Buffer.byteLength(rendered)
    if (left < 0) break
    lines.push(rendered)
  }
  const missing = rows.length - (lines.length - 1)
  if (maxBytes < 400) return ''
  return `<table>\n${lines.join('')}</table>\n\n${missing > 0 ? `<p>${missing} more rows are not shown here; the log has more.</p>\n\n` : ''}`
}
