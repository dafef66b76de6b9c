/** Control characters, and those that turn the direction of text round (a way to hide things). */
const UNSAFE = /[\p{Cc}\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu

/** Text from outside as one safe line of a terminal: names may carry escape sequences. */
export const plainLine = (text: string): string => text.replace(UNSAFE, '\uFFFD')

/** Characters, not code units. */
export const lengthOf = (text: string): number => Array.from(text).length

/** At most `width` characters; what is cut off ends in an ellipsis. */
export function fit(text: string, width: number): string {
  const letters = Array.from(text)
  if (width <= 0) return ''
  return letters.length <= width ? text : `${letters.slice(0, Math.max(0, width - 1)).join('')}…`
}

/** Rows as columns of equal width, two spaces apart, without trailing space. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: count }, (_, at) =>
    Math.max(...rows.map((row) => lengthOf(row[at] ?? ''))),
  )
  return rows.map((row) =>
    row
      .map((cell, at) => cell + ' '.repeat((widths[at] ?? 0) - lengthOf(cell)))
      .join('  ')
      .trimEnd(),
  )
}
