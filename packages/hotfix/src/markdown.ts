import { printable } from '@bulkhead/vocabulary'

/** Words and numbers, in which neither Markdown nor GitHub finds anything. */
const HARMLESS = /^[\p{L}\p{N} .,;:()'"/+-]*$/u
const LINKED = /:\/\/|\bwww\./i

/**
 * Text from outside in Markdown. What is not plain words goes into a `code` element: GitHub makes mentions and references
 * of what is left after Markdown, entities or not, but not within code. Each sign that means something
 * to Markdown is an entity, for it reads on within the element.
 */
export function plain(text: string): string {
  const shown = printable(text, 300)
  if (HARMLESS.test(shown) && !LINKED.test(shown)) return shown
  const escaped = shown
    .replaceAll(/[|<>`*_[\]@#&\\:~!]/g, (mark) => `&#${mark.codePointAt(0)};`)
    .replaceAll(/\bwww\./gi, (word) => word.replace('.', '&#46;'))
  return `<code>${escaped}</code>`
}

/** The same as code, in which nothing is linked: a commit, a command. */
export const code = (text: string): string => {
  const shown = printable(text, 500).replaceAll('`', "'")
  return `\`${shown}\``
}
