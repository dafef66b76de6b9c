import { printable } from '@bulkhead/vocabulary'

/** Text from outside in Markdown: no pipe ends a cell, and no mark-up, HTML or mention begins in it. */
export const plain = (text: string): string =>
  printable(text, 300).replaceAll(/[|<>`*_[\]@#&\\]/g, (mark) => `&#${mark.codePointAt(0)};`)

/** The same as code, in which nothing is linked: a commit, a command. */
export const code = (text: string): string => {
  const shown = printable(text, 500).replaceAll('`', "'")
  return `\`${shown}\``
}
